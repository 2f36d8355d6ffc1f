package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.reproq.Reproq;
import io.reproq.cli.option.StopSignal;
import io.reproq.json.Json;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// A task that is enqueued within a trace, as the environment tells of it.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class EnqueueTraceTest {
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @TempDir private Path folder;

  @Test
  void goes_on_in_the_trace_of_its_command() {
    assertThat(headers(Map.of("TRACEPARENT", PARENT, "TRACESTATE", "vendor=a")))
        .isEqualTo("{\"traceparent\":\"" + PARENT + "\",\"tracestate\":\"vendor=a\"}");
    assertThat(headers(Map.of("TRACEPARENT", PARENT)))
        .isEqualTo("{\"traceparent\":\"" + PARENT + "\"}");
  }

  @Test
  void has_no_headers_without_one() {
    assertThat(headers(Map.of())).isEmpty();
    assertThat(headers(Map.of("TRACEPARENT", "", "TRACESTATE", "vendor=a"))).isEmpty();
  }

  @Test
  void has_no_headers_of_one_that_cannot_be_read_which_is_told_once() {
    var told = told(() -> assertThat(headers(Map.of("TRACEPARENT", "00-ab-cd-01"))).isEmpty());

    assertThat(told)
        .containsExactly(
            "TRACEPARENT of the environment is ignored: not a W3C traceparent: 00-ab-cd-01");
  }

  private String headers(Map<String, String> environment) {
    var variables = new HashMap<>(environment);
    variables.put("DATABASE_URL", "sqlite:" + folder.resolve("tasks.db"));
    var shell = new Shell(variables, InputStream.nullInputStream(), new StopSignal());
    var enqueued = shell.run("enqueue", "sample.greet", "--no-dedupe");
    assertThat(enqueued.err()).isEmpty();
    try (var reproq = Reproq.builder().dsn(variables.get("DATABASE_URL")).open()) {
      var run = reproq.find(Long.parseLong(enqueued.out().strip())).orElseThrow();
      return Optional.ofNullable(run.headers()).map(Json::text).orElse("");
    }
  }

  private static List<String> told(Runnable work) {
    var log = (Logger) LoggerFactory.getLogger(StartedTrace.class);
    var before = log.getLevel();
    var lines = new ListAppender<ILoggingEvent>();
    lines.start();
    log.setLevel(Level.DEBUG);
    log.addAppender(lines);
    try {
      work.run();
    } finally {
      log.detachAppender(lines);
      log.setLevel(before);
    }
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
