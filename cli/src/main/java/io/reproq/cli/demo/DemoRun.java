package io.reproq.cli.demo;

import io.reproq.Reproq;
import io.reproq.TaskFailedException;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.Surroundings;
import io.reproq.clock.TimeSource;
import io.reproq.store.TaskStore;
import io.reproq.workflow.Workflow;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/// One run of the demonstration: enqueue, work, follow, tell.
///
/// The files are the members of a chord, its callback writes the manifest. What the database takes
/// at once is limited, so of very many files the first are tasks of no chord, for which the
/// callback waits by itself, as it does for those that an earlier run has left.
final class DemoRun implements AutoCloseable {
  private static final int MOST_MEMBERS = 10_000;
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
    reproq.handle(ManifestTask.TYPE, new ManifestWriter(store));
  }

  /// Does all of it.
  ///
  /// @param stay whether to stay up when all is done, until told to stop
  /// @return the exit code
  int process(Path root, Scan scan, Path target, boolean stay) throws InterruptedException {
    surroundings.stop().listen();
    surroundings.stop().whenRepeated(reproq::stopNow);
    var plan = Plan.of(root.toString(), scan.files(), reproq.store());
    reproq.store().cancel(plan.vain());
    reproq.start();
    var others = new ArrayList<>(plan.standing());
    others.addAll(enqueueSurplus(plan.missing()));
    var manifest = new ManifestTask(root.toString(), target.toString(), others, scan.unlisted());
    var chord = chord(plan.missing(), manifest);
    var files = new ArrayList<>(others);
    files.addAll(chord.subList(0, chord.size() - 1));
    var tally = new Tally(plan.finished(), scan.unlisted().size());
    var rate = follow(files, plan.finished().size(), tally);
    awaitManifest(chord.getLast(), manifest.alone(files));
    out.println("manifest  " + target);
    tally.summary(rate).forEach(out::println);
    if (stay) {
      out.println("Staying up for inspection: try reproq status, or reproq get ID. Ctrl-C ends.");
      surroundings.stop().await();
    }
    return tally.hasFailures() ? SOME_FAILED : ALL_READ;
  }

  /// Gives every file that the chord has no room for a task.
  ///
  /// @return their ids
  private List<Long> enqueueSurplus(List<FileTask> missing) {
    var ids = new ArrayList<Long>();
    var end = missing.size() - MOST_MEMBERS;
    for (var from = 0; from < end; from += BATCH) {
      var batch = missing.subList(from, Math.min(from + BATCH, end));
      var handles = reproq.enqueueAll(FileTask.TYPE, batch, FileTask.TYPE.options());
      handles.forEach(handle -> ids.add(handle.resultId()));
    }
    return ids;
  }

  /// Enqueues the chord.
  ///
  /// @return the ids of its members, and of its callback at last
  private List<Long> chord(List<FileTask> missing, ManifestTask manifest) {
    var members = new ArrayList<Workflow>();
    for (var file : missing.subList(Math.max(0, missing.size() - MOST_MEMBERS), missing.size())) {
      members.add(FileTask.TYPE.step(file));
    }
    var group = new Workflow.Group(members);
    return reproq.enqueue(Workflow.chord(group, ManifestTask.TYPE.step(manifest))).resultIds();
  }

  /// Waits until all is finished, showing how far it is.
  ///
  /// @return files per second
  private double follow(List<Long> files, int before, Tally tally) throws InterruptedException {
    var follower = new Follower(reproq.store(), files);
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

  /// Waits for the callback. A file that failed has taken it along: then a task of its own writes
  /// the manifest.
  private void awaitManifest(long callback, ManifestTask alone) throws InterruptedException {
    try {
      await(callback, alone);
    } catch (TaskFailedException _) {
      try {
        await(reproq.enqueue(ManifestTask.TYPE, alone).resultId(), alone);
      } catch (TaskFailedException e) {
        throw new CommandFailure("no manifest " + alone.target() + ": " + e.getMessage());
      }
    }
  }

  private void await(long resultId, ManifestTask manifest) throws InterruptedException {
    while (true) {
      try {
        reproq.await(resultId, LOOK);
        return;
      } catch (TimeoutException _) {
        if (surroundings.stop().await(Duration.ZERO)) {
          throw stopped(manifest.others().size(), manifest.others().size());
        }
      }
    }
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
