package io.reproq.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.reproq.EnqueueOptions;
import io.reproq.Reproq;
import io.reproq.TaskHandle;
import io.reproq.TaskType;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class HandlerLogTest {
  private static final TaskType<String, String> GREET =
      TaskType.of("sample.greet", String.class, String.class);

  private final Logger logger = (Logger) LoggerFactory.getLogger("sample.Greeter");
  private final ListAppender<ILoggingEvent> written = new ListAppender<>();

  @BeforeEach
  void listen() {
    written.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(written);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(written);
  }

  @Test
  void what_a_handler_logs_names_its_attempt() throws Exception {
    try (var reproq = Reproq.open("memory:")) {
      var task = greet(reproq);

      assertThat(written.list)
          .singleElement()
          .satisfies(event ->
              assertThat(event.getMDCPropertyMap())
                  .containsEntry("task_id", Long.toString(task.resultId()))
                  .containsEntry("attempt", "1")
                  .containsEntry("queue", "default")
                  .containsEntry("task_path", "sample.greet"));
    }
  }

  @Test
  void of_several_databases_the_id_says_in_which_one_the_task_lies() throws Exception {
    try (var reproq = Reproq.builder().dsn("memory:").databaseAlias("second").open()) {
      var task = greet(reproq);

      assertThat(written.list)
          .singleElement()
          .satisfies(event ->
              assertThat(event.getMDCPropertyMap())
                  .containsEntry("task_id", "second:" + task.resultId()));
    }
  }

  private TaskHandle<String> greet(Reproq reproq) throws Exception {
    reproq.handle(
        GREET,
        (context, name) -> {
          logger.info("greeting");
          return name;
        });
    reproq.start();
    var task = reproq.enqueue(GREET, "Ada", EnqueueOptions.DEFAULT.queue("default"));
    task.await(Duration.ofSeconds(10));
    return task;
  }
}
