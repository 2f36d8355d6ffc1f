package io.reproq.cli.demo;

import io.reproq.Reproq;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.Surroundings;
import io.reproq.clock.TimeSource;
import io.reproq.store.TaskStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// One run of the demonstration: enqueue, work, follow, tell.
final class DemoRun implements AutoCloseable {
  private static final int BATCH = 1000;
  private static final int ALL_READ = 0;
  private static final int SOME_FAILED = 3;
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration SHUTDOWN = Duration.ofSeconds(10);

  private final Reproq reproq;
  private final Surroundings surroundings;
  private final PrintWriter out;

  DemoRun(TaskStore store, int concurrency, Surroundings surroundings, PrintWriter out) {
    this.reproq =
        Reproq.builder()
            .store(store)
            .queues(FileTask.QUEUE)
            .concurrency(concurrency)
            .beat(false)
            .open();
    this.surroundings = surroundings;
    this.out = out;
    reproq.handle(FileTask.TYPE, new FileReader());
  }

  /// Does all of it.
  ///
  /// @param stay whether to stay up when all is done, until told to stop
  /// @return the exit code
  int process(Path root, Scan scan, Path target, boolean stay)
      throws IOException, InterruptedException {
    surroundings.stop().listen();
    surroundings.stop().whenRepeated(reproq::stopNow);
    var plan = Plan.of(root.toString(), scan.files(), reproq.store());
    reproq.store().cancel(plan.vain());
    reproq.start();
    var files = enqueue(plan);
    var tally = new Tally(files, plan.finished(), scan.unlisted());
    var rate = follow(files, plan.finished().size(), tally);
    tally.manifest(root.toString()).write(target);
    out.println("manifest  " + target);
    tally.summary(rate).forEach(out::println);
    if (stay) {
      out.println("Staying up for inspection: try reproq status, or reproq get ID. Ctrl-C ends.");
      surroundings.stop().await();
    }
    return tally.hasFailures() ? SOME_FAILED : ALL_READ;
  }

  /// Gives every file that has no task one.
  ///
  /// @return all files by their task's id
  private Map<Long, FileTask> enqueue(Plan plan) {
    var files = new HashMap<>(plan.standing());
    var missing = plan.missing();
    for (var from = 0; from < missing.size(); from += BATCH) {
      var batch = missing.subList(from, Math.min(from + BATCH, missing.size()));
      var handles = reproq.enqueueAll(FileTask.TYPE, batch, FileTask.TYPE.options());
      for (var i = 0; i < batch.size(); i++) {
        files.put(handles.get(i).resultId(), batch.get(i));
      }
    }
    return files;
  }

  /// Waits until all is finished, showing how far it is.
  ///
  /// @return files per second
  private double follow(Map<Long, FileTask> files, int before, Tally tally)
      throws InterruptedException {
    var follower = new Follower(reproq.store(), files.keySet());
    var extent = new Progress.Extent(files.size(), before);
    var progress = new Progress(out, surroundings.isTerminal(), TimeSource.system(), extent);
    follower.look(tally::add);
    while (follower.left() > 0) {
      progress.show(files.size() - follower.left());
      if (surroundings.stop().await(LOOK)) {
        throw stopped(files.size() - follower.left(), files.size());
      }
      follower.look(tally::add);
    }
    progress.finish(files.size());
    return progress.rate(files.size());
  }

  private CommandFailure stopped(int done, int total) {
    reproq.stopGracefully(SHUTDOWN);
    return new CommandFailure(
        "stopped after %d of %d files; the same command goes on from here".formatted(done, total));
  }

  @Override
  public void close() {
    reproq.stopGracefully(SHUTDOWN);
    reproq.close();
  }
}
