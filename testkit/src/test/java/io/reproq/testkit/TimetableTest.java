package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.EnqueueOptions;
import io.reproq.Reproq;
import io.reproq.TaskType;
import io.reproq.memory.MemoryStore;
import io.reproq.schedule.Overlap;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.task.Payload;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(30)
final class TimetableTest {
  record Greet(String name, int args) {}

  private static final TaskType<Greet, String> GREET =
      TaskType.of("sample.greet", Greet.class, String.class);

  private final SettableClock clock = new SettableClock();
  private final BlockingQueue<String> greeted = new LinkedBlockingQueue<>();

  private Reproq open(boolean beats) {
    var reproq =
        Reproq.builder()
            .store(new MemoryStore(Settings.defaults().withTime(clock)))
            .beat(beats)
            .open();
    reproq.handle(
        GREET,
        (context, greet) -> {
          greeted.add(greet.name() + greet.args());
          return greet.name();
        });
    return reproq;
  }

  @Test
  void a_schedule_feeds_the_handler_of_its_type() throws Exception {
    try (var reproq = open(true)) {
      reproq.start();
      reproq.schedules().set("hourly", "@hourly", GREET, new Greet("Ada", 3));
      clock.advance(Duration.ofHours(1));

      // Any change makes it look; its own look may be half a minute away.
      reproq.schedules().enable("hourly");

      assertThat(greeted.poll(20, TimeUnit.SECONDS)).isEqualTo("Ada3");
      assertThat(reproq.schedules().find("hourly").orElseThrow().times().lastRunAt())
          .isEqualTo(SettableClock.START.plus(Duration.ofHours(1)));
    }
  }

  @Test
  void nothing_is_enqueued_by_one_that_does_not_beat() {
    try (var reproq = open(false)) {
      reproq.start();
      reproq.schedules().set("hourly", "@hourly", GREET, new Greet("Ada", 3));
      clock.advance(Duration.ofHours(1));
      reproq.schedules().enable("hourly");

      assertThat(reproq.store().schedules().due(1).rows()).hasSize(1);
      assertThat(reproq.schedules().runNow("hourly")).isPresent();
    }
  }

  @Test
  void the_options_of_the_type_are_those_of_the_schedule() {
    try (var reproq = open(false)) {
      var options = EnqueueOptions.DEFAULT.queue("mail").priority(4).timeout(Duration.ofSeconds(7));
      var schedule =
          reproq
              .schedules()
              .describe("n", "@daily", GREET.with(options), new Greet("Ada", 1))
              .withTimeZone("Europe/Berlin")
              .withOverlap(Overlap.SKIP);

      var row = reproq.schedules().set(schedule);

      var spec = row.schedule().spec(SettableClock.START);
      assertThat(spec.queue()).isEqualTo("mail");
      assertThat(spec.priority()).isEqualTo(4);
      assertThat(spec.timeout()).isEqualTo(Duration.ofSeconds(7));
      assertThat(spec.payload().kwargs().text()).isEqualTo("{\"args\":1,\"name\":\"Ada\"}");
      assertThat(spec.payload().args()).isEqualTo(Payload.NONE.args());
      assertThat(reproq.schedules().list()).containsExactly(row);
    }
  }

  @Test
  void a_program_that_sets_it_at_every_start_does_not_enable_it_again() {
    try (var reproq = open(false)) {
      reproq.schedules().set("n", "@daily", GREET, new Greet("Ada", 1));
      assertThat(reproq.schedules().disable("n")).isTrue();

      var row = reproq.schedules().set("n", "@daily", GREET, new Greet("Bo", 1));

      assertThat(row.schedule().enabled()).isFalse();
      assertThat(row.schedule().task().payload().text()).contains("Bo");
      assertThat(reproq.schedules().remove("n")).isTrue();
      assertThat(reproq.schedules().find("n")).isEmpty();
    }
  }

  @Test
  void what_never_comes_is_refused() {
    try (var reproq = open(false)) {
      assertThatThrownBy(
              () -> reproq.schedules().set("n", "0 0 30 2 *", GREET, new Greet("Ada", 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("it never comes");
    }
  }
}
