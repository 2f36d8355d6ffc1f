package io.reproq.cli.look;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.cli.database.NamedDatabase;
import io.reproq.dsn.Dsn;
import io.reproq.json.Json;
import io.reproq.store.QueueStatus;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskRun.Extras;
import io.reproq.store.TaskRun.Result;
import io.reproq.store.TaskRun.Standing;
import io.reproq.store.TaskRun.Times;
import io.reproq.store.WorkerInfo;
import io.reproq.store.WorkerRow;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class FrameTextTest {
  private static final NamedDatabase ALONE =
      new NamedDatabase("default", Dsn.parse("memory:"), /* isAlone= */ true);
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:02Z");

  @Test
  void a_frame_tells_queues_workers_and_failures() {
    var before = frame(NOW.minusSeconds(2), 10);

    var lines = new FrameText(100, ALONE).lines("sqlite:tasks.db", frame(NOW, 30), before);

    assertThat(String.join("\n", lines))
        .isEqualTo(
            """
            sqlite:tasks.db   2026-01-31T12:00:02Z   10.0 tasks/s

            QUEUE                       READY  RUNNING  WAITING   FAILED     DONE  PER SEC
            mail                            7        1        0        2       30     10.0  paused

            WORKER                    STATE    RUNS     SEEN  QUEUES
            anna                      living     1/4      1s  mail

            NEWEST FAILURES
            42  2026-01-31T11:59:00Z  sample.greet  it broke badly\
            """);
  }

  @Test
  void a_single_frame_has_no_rates() {
    assertThat(new FrameText(100, ALONE).lines("memory:", frame(NOW, 30), null).getFirst())
        .endsWith("0.0 tasks/s");
  }

  @Test
  void pruned_tasks_make_no_negative_rate() {
    assertThat(frame(NOW, 3).rate(frame(NOW.minusSeconds(2), 30), "mail")).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 40, 60, 80})
  void no_line_is_longer_than_the_terminal_is_wide(int width) {
    var lines = new FrameText(width, ALONE).lines("sqlite:tasks.db", frame(NOW, 30), null);

    assertThat(lines).allMatch(line -> line.length() <= Math.max(40, width));
  }

  @Test
  void an_error_does_not_steer_the_terminal() {
    var frame = new Frame(NOW, Map.of(), Set.of(), List.of(), List.of(failed("\033[2J\nboo")));

    assertThat(String.join("", new FrameText(100, ALONE).lines("memory:", frame, null)))
        .doesNotContain("\033")
        .contains("boo", "no tasks", "no workers");
  }

  @ParameterizedTest
  @CsvSource({"0, LIVING", "10, LIVING", "11, STALE", "15, STALE", "16, DEAD"})
  void a_worker_is_judged_by_when_it_was_heard_of(int seconds, WorkerState state) {
    var worker = worker(NOW.minusSeconds(seconds));

    assertThat(WorkerState.of(worker, NOW)).isEqualTo(state);
  }

  private static Frame frame(Instant at, long done) {
    return new Frame(
        at,
        Map.of(
            new QueueStatus("mail", TaskStatus.READY), 7L,
            new QueueStatus("mail", TaskStatus.RUNNING), 1L,
            new QueueStatus("mail", TaskStatus.FAILED), 2L,
            new QueueStatus("mail", TaskStatus.SUCCESSFUL), done),
        Set.of("mail"),
        List.of(worker(at.minusSeconds(1))),
        List.of(failed("it broke\n badly")));
  }

  private static WorkerRow worker(Instant seen) {
    var lease = Duration.ofSeconds(15);
    var info =
        new WorkerInfo(
            new UUID(0, 1),
            "anna",
            "host",
            4,
            List.of("mail"),
            Set.of(),
            lease,
            lease.dividedBy(3),
            "1");
    return new WorkerRow(info, seen, seen, seen.plus(lease), 1, 1);
  }

  private static TaskRun failed(String error) {
    var at = Instant.parse("2026-01-31T11:59:00Z");
    return new TaskRun(
        42,
        "sample.greet",
        "mail",
        Json.EMPTY_OBJECT,
        "",
        null,
        new Standing(
            TaskStatus.FAILED, "finished", null, 3, 1, 0, false, null, null, List.of("anna")),
        new Times(at, null, at, at, at, at, null),
        new Result(null, List.of(), error),
        Extras.NONE);
  }
}
