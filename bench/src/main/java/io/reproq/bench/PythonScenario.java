package io.reproq.bench;

import io.reproq.Reproq;
import io.reproq.bench.Side.Role;
import io.reproq.process.AllowList;
import io.reproq.process.ChildExecutor;
import io.reproq.process.ExecutorConfig;
import io.reproq.process.ExecutorConfig.Command;
import io.reproq.process.ExecutorConfig.Kind;
import io.reproq.store.NewTask;
import io.reproq.store.QueueStatus;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What it costs to run a Python function that does nothing: by a process for each task, by a fork
/// for each, and by processes that are used again. With the imports of a Django project, and with
/// none.
final class PythonScenario implements Scenario {
  /// So many tasks of a pool take about as long as one of a fork, and one of a spawned process.
  private static final int PER_FORK = 10;

  private static final int PER_SPAWN = 250;

  @Override
  public String name() {
    return "python";
  }

  @Override
  public String summary() {
    return "memory store, Python functions that do nothing: pool and fork beside spawn";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return Map.of(
        Setting.ROUNDS, 3,
        Setting.WARMUP, 1,
        Setting.TASKS, 20_000,
        Setting.BATCH, 1000,
        Setting.CONCURRENCY, 4);
  }

  @Override
  public Stage stage(Options unused) {
    return PythonScenario::sides;
  }

  private static List<Side> sides(Options options) {
    var tasks = options.tasks();
    return List.of(
        side("pool, Django", Role.OURS, new Load(Kind.POOL, "bench_django", tasks), options),
        side(
            "fork, Django",
            Role.OURS,
            new Load(Kind.FORK, "bench_django", tasks / PER_FORK),
            options),
        side(
            "spawn, Django",
            Role.CEILING,
            new Load(Kind.SPAWN, "bench_django", tasks / PER_SPAWN),
            options),
        side("pool, bare", Role.OURS, new Load(Kind.POOL, "bench_bare", tasks), options),
        side("fork, bare", Role.OURS, new Load(Kind.FORK, "bench_bare", tasks / PER_FORK), options),
        side(
            "spawn, bare",
            Role.CEILING,
            new Load(Kind.SPAWN, "bench_bare", tasks / PER_SPAWN),
            options));
  }

  private static Side side(String name, Role role, Load load, Options options) {
    return new Side(name, role, () -> load.run(options));
  }

  /// @param module where the function `nothing` is
  private record Load(Kind kind, String module, int tasks) {
    /// Runs a few tasks to warm up, then `tasks` of them from enqueue to SUCCESSFUL.
    Map<String, Double> run(Options options) {
      var executor = new TimedExecutor(new ChildExecutor(config(options)));
      try (var reproq =
          Reproq.builder()
              .dsn("memory:")
              .concurrency(options.concurrency())
              .executor(executor)
              .open()) {
        reproq.start();
        complete(reproq, options.concurrency(), 0, options.batch());
        executor.reset();
        var watch = complete(reproq, Math.max(1, tasks), options.concurrency(), options.batch());
        var values = watch.rates(Math.max(1, tasks));
        values.putAll(executor.quantiles());
        return values;
      }
    }

    private Stopwatch complete(Reproq reproq, int count, int before, int batch) {
      var task = NewTask.of(Spec.of(module + ".nothing").build());
      var done = new QueueStatus(Spec.DEFAULT_QUEUE, TaskStatus.SUCCESSFUL);
      var watch = new Stopwatch();
      for (var left = count; left > 0; left -= batch) {
        reproq.enqueueAll(Collections.nCopies(Math.min(left, batch), task));
      }
      watch.await(() -> reproq.store().counts().getOrDefault(done, 0L) == before + count);
      return watch;
    }

    private ExecutorConfig config(Options options) {
      var name = "bench-" + kind.name().toLowerCase(Locale.ROOT);
      return ExecutorConfig.defaults(kind, name)
          .withCommand(new Command(options.python(), "reproq.executor", List.of(module), false))
          .withAllowed(AllowList.of(List.of(module)));
    }
  }
}
