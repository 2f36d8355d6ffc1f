package io.reproq.process;

import io.reproq.process.ExecutorMetrics.Count;
import io.reproq.task.Outcome;
import java.io.IOException;
import java.time.Duration;

/// One attempt in a process of its own, from the first byte of its input to the end of its group.
final class SpawnedRun {
  /// For output that is still on its way when the process is gone.
  private static final Duration LAST_OUTPUT = Duration.ofSeconds(1);

  /// The same when somebody waits for the attempt to stop.
  private static final Duration LAST_OUTPUT_WHEN_STOPPED = Duration.ofMillis(50);

  /// What a shell exits with when it cannot become its command.
  private static final int NOT_EXECUTABLE = 126;

  private static final int NOT_FOUND = 127;

  private final ExecutorConfig.Limits limits;
  private final ExecutorMetrics metrics;
  private final Child child;
  private final AttemptLog log;
  private final Capture stdout;

  SpawnedRun(ExecutorConfig.Limits limits, ExecutorMetrics metrics, Child child, AttemptLog log) {
    this.limits = limits;
    this.metrics = metrics;
    this.child = child;
    this.log = log;
    this.stdout = new Capture(limits.maxStdoutBytes());
  }

  private enum Ending {
    BY_ITSELF,
    TOO_LATE,
    STOPPED
  }

  /// Lets it begin and waits for its end. A success counts, even when it came after all was told to
  /// stop.
  ///
  /// @throws IOException when it could not begin
  /// @throws InterruptedException when the attempt had to stop
  Outcome run(HandedPayload payload, ChildNotes notes) throws IOException, InterruptedException {
    var out = Drain.of(child.stdout(), stdout::append);
    var err = Drain.of(child.stderr(), log::append);
    Ending ending;
    try {
      payload.feed(child.go());
      metrics.count(Count.SPAWNED);
      ending = ending();
    } finally {
      child.end();
    }
    var patience = ending == Ending.BY_ITSELF ? LAST_OUTPUT : LAST_OUTPUT_WHEN_STOPPED;
    out.await(patience);
    err.await(patience);
    notes.await(patience);
    return outcome(ending);
  }

  private Ending ending() {
    Ending ending;
    try {
      if (child.isGoneWithin(limits.execTimeout())) {
        return Ending.BY_ITSELF;
      }
      ending = Ending.TOO_LATE;
    } catch (InterruptedException e) {
      ending = Ending.STOPPED;
    }
    metrics.count(Count.TERMINATED);
    if (!child.stop(limits.killGrace())) {
      metrics.count(Count.KILLED);
    }
    return ending;
  }

  private Outcome outcome(Ending ending) throws IOException, InterruptedException {
    var written = stdout.bytes();
    var envelope =
        stdout.dropped() > 0
            ? new Envelope.Unreadable("more than " + limits.maxStdoutBytes() + " bytes")
            : Envelope.read(written);
    var isEnvelope = !(envelope instanceof Envelope.Unreadable);
    var exit = child.exit();
    var lastLine = log.lastLine();
    log.end(isEnvelope ? "" : SafeText.ofUtf8(written), exit.isClean() ? "" : exit + "\n");
    if (envelope instanceof Envelope.Returned) {
      return envelope.outcome("");
    }
    return switch (ending) {
      case STOPPED -> throw new InterruptedException("the attempt had to stop");
      case TOO_LATE -> Failures.timedOut(limits.execTimeout());
      case BY_ITSELF -> {
        if (written.length == 0 && couldNotBegin(exit, lastLine)) {
          throw new IOException(lastLine);
        }
        if (!isEnvelope) {
          metrics.count(Count.ENVELOPE_ERROR);
        }
        yield envelope.outcome(lastLine.isEmpty() ? exit.toString() : exit + "; " + lastLine);
      }
    };
  }

  private static boolean couldNotBegin(Exit exit, String lastLine) {
    return (exit.status() == NOT_EXECUTABLE || exit.status() == NOT_FOUND)
        && lastLine.startsWith(Child.SHELL + ":");
  }
}
