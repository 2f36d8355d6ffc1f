package io.reproq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reproq.process.ExecutorConfig.Kind;
import io.reproq.process.ExecutorConfig.Reuse;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.TaskRun;
import io.reproq.task.FailureKind;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Many tasks that do all that tasks may do to who runs them: each ends as it should, nothing is
/// left, and the worker is as large as before.
@Tag("python")
@Tag("long")
@DisplayNameGeneration(ReplaceUnderscores.class)
final class ThousandTest {
  private static final long SEED = 20_261_126;
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final long GROWTH_BYTES = 64L << 20;

  @TempDir private Path folder;

  /// What a task does, and how many of a thousand do it.
  private enum Sort {
    ADDS(600),
    FAILS(130),
    LEAVES(60),
    VANISHES(60),
    CRASHES(40),
    LOOPS(20),
    LEAVES_CHILDREN(30),
    WRITES(60);

    final int perMille;

    Sort(int perMille) {
      this.perMille = perMille;
    }
  }

  @ParameterizedTest
  @CsvSource({"SPAWN, 150", "FORK, 1000", "POOL, 1000"})
  void all_end_as_they_should_and_leave_nothing(Kind kind, int count) {
    var random = new Random(SEED);
    var config = Python.config(kind, folder).withReuse(new Reuse(50, 256, 1024));
    var sorts = new HashMap<Long, Sort>();
    try (var stage = Stage.open(config, 16)) {
      stage.run(Stage.task("probe.nothing", "[]"));
      var before = heap();
      var drawn = IntStream.range(0, count).mapToObj(i -> sort(random)).toList();

      var tasks = drawn.stream().map(sort -> NewTask.of(spec(sort).build())).toList();
      var ids = stage.reproq.enqueueAll(tasks).stream().map(Enqueued::resultId).toList();
      IntStream.range(0, count).forEach(i -> sorts.put(ids.get(i), drawn.get(i)));

      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(500))
          .until(() ->
              stage.reproq.store().find(ids).stream()
                  .allMatch(run -> run.standing().status().isTerminal()));
      check(stage, sorts);
      assertThat(heap() - before).isLessThan(GROWTH_BYTES);
    }
    await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> Processes.marked(folder.toString()).isEmpty());
  }

  private static void check(Stage stage, Map<Long, Sort> sorts) {
    sorts.forEach((id, sort) -> {
      var run = stage.get(id);
      assertThat(isRight(sort, run)).as("%s: %s", sort, run.result()).isTrue();
    });
  }

  private static boolean isRight(Sort sort, TaskRun run) {
    return switch (sort) {
      case ADDS, LEAVES_CHILDREN, WRITES -> run.standing().status() == TaskStatus.SUCCESSFUL;
      case FAILS -> raised(run, "ValueError");
      case LEAVES -> raised(run, "SystemExit");
      case VANISHES -> broke(run, "exit status 3");
      case CRASHES -> broke(run, "signal: segmentation fault");
      case LOOPS ->
          Stage.kind(run) == FailureKind.INFRA_ERROR
              && Stage.message(run).equals("timed out after 1s");
    };
  }

  private static boolean raised(TaskRun run, String exceptionClass) {
    return exceptionClass.equals(run.result().errors().getLast().failure().exceptionClass());
  }

  private static boolean broke(TaskRun run, String how) {
    return Stage.kind(run) == FailureKind.APP_ERROR && Stage.message(run).contains(how);
  }

  private Spec.Builder spec(Sort sort) {
    return switch (sort) {
      case ADDS -> Stage.task("probe.add", "[1, 2]");
      case FAILS -> Stage.task("probe.fail", "[\"no\"]");
      case LEAVES -> Stage.task("probe.leave", "[3]");
      case VANISHES -> Stage.task("probe.vanish", "[3]");
      case CRASHES -> Stage.task("probe.crash", "[]");
      case LOOPS -> Stage.task("probe.loop", "[]").timeout(Duration.ofSeconds(1));
      case LEAVES_CHILDREN ->
          Stage.task("probe.children", "[\"" + folder.resolve("pids") + "\", 10, 600]");
      case WRITES -> Stage.task("probe.write", "[10]");
    };
  }

  private static Sort sort(Random random) {
    var left = random.nextInt(1000);
    for (var sort : Sort.values()) {
      left -= sort.perMille;
      if (left < 0) {
        return sort;
      }
    }
    throw new IllegalStateException("the parts make less than a thousand");
  }

  private static long heap() {
    System.gc();
    var runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
