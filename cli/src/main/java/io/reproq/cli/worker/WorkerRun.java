package io.reproq.cli.worker;

import io.reproq.Reproq;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.function.ToIntFunction;

/// A worker in this process: one engine for each of its databases, which share the room for tasks.
public final class WorkerRun implements AutoCloseable {
  /// The least of all ids, so it is nobody's.
  private static final long NO_TASK = Long.MIN_VALUE;

  private final List<Reproq> engines;

  private WorkerRun(List<Reproq> engines) {
    this.engines = List.copyOf(engines);
  }

  /// Opens an engine for each database of `shares`, and starts none. Closes what it has opened when
  /// one of them cannot be.
  ///
  /// @param open gives the engine for a database, by its alias, and the queues to ask there
  public static WorkerRun open(Shares shares, BiFunction<String, List<String>, Reproq> open) {
    var engines = new ArrayList<Reproq>();
    try {
      shares.byDatabase().forEach((alias, queues) -> engines.add(open.apply(alias, queues)));
      return new WorkerRun(engines);
    } catch (RuntimeException e) {
      engines.forEach(Reproq::close);
      throw e;
    }
  }

  /// Begins to run tasks.
  ///
  /// @throws IllegalStateException when an executor cannot run what it was told to, saying why
  public void start() {
    engines.forEach(Reproq::start);
  }

  /// What its databases are, for people.
  public List<String> databases() {
    return engines.stream().map(engine -> engine.store().describe()).toList();
  }

  /// Why it does not run tasks now; empty while it is at work in every database.
  Optional<String> obstacle() {
    return engines.stream()
        .flatMap(engine -> engine.obstacle().map(why -> named(engine, why)).stream())
        .findFirst();
  }

  private String named(Reproq engine, String why) {
    return engines.size() == 1 ? why : engine.store().describe() + ": " + why;
  }

  /// Asks each database for something, which it must answer.
  void checkDatabases() {
    engines.forEach(engine -> engine.find(NO_TASK));
  }

  /// Stops in all databases at once, letting tasks finish for at most `deadline`.
  ///
  /// @return how many tasks were given back unfinished
  public int stopGracefully(Duration deadline) throws InterruptedException {
    return stop(engine -> engine.stopGracefully(deadline));
  }

  /// Stops in all databases at once. Cuts a graceful stop short.
  ///
  /// @return how many tasks were given back unfinished
  public int stopNow() {
    try {
      return stop(Reproq::stopNow);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private int stop(ToIntFunction<Reproq> way) throws InterruptedException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var left = 0;
      for (var stopped :
          threads.invokeAll(
              engines.stream()
                  .map(engine -> (Callable<Integer>) () -> way.applyAsInt(engine))
                  .toList())) {
        left += stopped.get();
      }
      return left;
    } catch (ExecutionException e) {
      throw new IllegalStateException("could not stop: " + e.getCause(), e);
    }
  }

  @Override
  public void close() {
    engines.forEach(Reproq::close);
  }
}
