package io.reproq.process;

import io.reproq.json.InvalidJsonException;
import io.reproq.json.JsonReader;
import io.reproq.process.ExecutorMetrics.Count;
import io.reproq.task.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One attempt in a forked child. The attempt's own thread writes and reads the child's connection;
/// its interruption closes that.
final class ForkedRun {
  /// For output that is still on its way, and for the end of a child that said nothing.
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private final ExecutorConfig.Limits limits;
  private final ExecutorMetrics metrics;
  private final Task task;
  private boolean isDoubtful;

  ForkedRun(ExecutorConfig.Limits limits, ExecutorMetrics metrics, Task task) {
    this.limits = limits;
    this.metrics = metrics;
    this.task = task;
  }

  /// What is to be run.
  ///
  /// @param head the attempt as JSON, without its mark and without the brace at its end
  /// @param description the spec
  /// @param timeout of the task
  record Task(
      String head, Description description, Duration timeout, ChildNotes notes, AttemptLog log) {}

  /// Gives the task to `child`.
  ///
  /// @throws IOException when it cannot take one any more; nothing was run
  /// @throws InterruptedException when the attempt had to stop
  void send(ForkedChild child) throws IOException, InterruptedException {
    var mark = "\0" + child.key() + ":" + child.countTask() + "\n";
    child.output().begin(mark, task.log);
    var head =
        "{\"task\":" + task.head + ",\"mark\":\"\\u0000" + mark.substring(1).strip() + "\\n\"}";
    var before = (head + ",\"spec\":").getBytes(StandardCharsets.UTF_8);
    var spec = task.description.utf8();
    var line = new byte[before.length + spec.length + 2];
    System.arraycopy(before, 0, line, 0, before.length);
    System.arraycopy(spec, 0, line, before.length, spec.length);
    line[line.length - 2] = '}';
    line[line.length - 1] = '\n';
    try {
      child.connection().write(line);
    } catch (ClosedByInterruptException e) {
      throw stopped(child);
    }
  }

  /// Waits for what it came to.
  ///
  /// @throws InterruptedException when the attempt had to stop; the child is gone then
  Outcome outcome(ForkedChild child) throws InterruptedException {
    var late = new CompletableFuture<Boolean>();
    if (task.timeout.compareTo(limits.execTimeout()) > 0) {
      var unused =
          late.completeOnTimeout(true, limits.execTimeout().toMillis(), TimeUnit.MILLISECONDS)
              .thenAccept(isLate -> close(child, isLate));
    }
    try {
      var envelope = envelope(child);
      if (envelope != null) {
        return told(child, envelope);
      }
    } catch (ClosedByInterruptException e) {
      throw stopped(child);
    } catch (Connection.TooLong e) {
      isDoubtful = true;
      child.stop(limits.killGrace());
      return unreadable(child, "more than " + limits.maxStdoutBytes() + " bytes", "killed");
    } catch (IOException e) {
      // The connection broke: told below.
    } finally {
      late.complete(false);
    }
    isDoubtful = true;
    if (late.join() && !child.isGone()) {
      child.stop(limits.killGrace());
      finish(child, "");
      return Failures.timedOut(limits.execTimeout());
    }
    return broken(child);
  }

  /// Whether the child may not be given another task.
  boolean isDoubtful() {
    return isDoubtful;
  }

  private static void close(ForkedChild child, boolean isLate) {
    if (isLate) {
      child.connection().close();
    }
  }

  /// Reads notes until the envelope comes; null when the connection ends before.
  private @Nullable Envelope envelope(ForkedChild child) throws IOException {
    for (var line = child.connection().readLine(limits.maxStdoutBytes());
        line != null;
        line = child.connection().readLine(limits.maxStdoutBytes())) {
      var envelope = Envelope.read(line);
      if (!(envelope instanceof Envelope.Unreadable) || !isNote(line, child)) {
        return envelope;
      }
    }
    return null;
  }

  private boolean isNote(byte[] line, ForkedChild child) throws IOException {
    JsonNode message;
    try {
      message = JsonReader.read(new ByteArrayInputStream(line));
    } catch (InvalidJsonException e) {
      return false;
    }
    if (message.has("ask")) {
      child.connection().write(task.notes.known());
      return true;
    }
    return task.notes.take(message);
  }

  private Outcome told(ForkedChild child, Envelope envelope) {
    if (envelope instanceof Envelope.Unreadable(var reason)) {
      isDoubtful = true;
      return unreadable(child, reason, "forked child");
    }
    finish(child, "");
    return envelope.outcome("");
  }

  private Outcome broken(ForkedChild child) {
    var exit = child.exitWithin(LAST_WORDS);
    if (exit == null) {
      child.stop(limits.killGrace());
      return unreadable(child, "unexpected end of JSON input", "it closed its connection");
    }
    return unreadable(child, "unexpected end of JSON input", exit.toString());
  }

  private Outcome unreadable(ForkedChild child, String reason, String ending) {
    metrics.count(Count.ENVELOPE_ERROR);
    finish(child, ending + "\n");
    var lastLine = task.log.lastLine();
    return new Envelope.Unreadable(reason)
        .outcome(lastLine.equals(ending) || lastLine.isEmpty() ? ending : ending + "; " + lastLine);
  }

  private InterruptedException stopped(ForkedChild child) {
    // Set by the exception that told of it; what follows must not be interrupted.
    Thread.interrupted();
    isDoubtful = true;
    child.stop(limits.killGrace());
    finish(child, "");
    return new InterruptedException("the attempt had to stop");
  }

  private void finish(ForkedChild child, String ending) {
    child.output().await(isDoubtful ? Duration.ofMillis(50) : LAST_WORDS);
    task.log.end("", ending);
  }
}
