package io.reproq.process;

import io.reproq.task.TraceContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A process that this worker started, and all that it starts in turn.
///
/// It leads a session and a group of its own. Its command begins at [#go], and the warden knows the
/// group before: so the death of the worker at any moment leaves nothing behind. Without `setsid`
/// there is no group: then signals go to it and to its descendants of that moment, and the warden
/// knows it alone.
final class Child {
  /// A shell that becomes the command when it has read a line. It reads no byte more than that.
  private static final String WAIT = "read -r go && exec \"$@\"";

  /// What names the shell in its errors.
  static final String SHELL = "reproq";

  private final Process process;
  private final Warden warden;
  private final String target;

  private Child(Process process, Warden warden) {
    this.process = process;
    this.warden = warden;
    this.target = (Sessions.areSupported() ? "-" : "") + process.pid();
  }

  /// Starts what will become `command`. It has the worker's environment and `environment`, without
  /// the trace in which the worker itself was started: no attempt belongs to that.
  static Child launch(Warden warden, List<String> command, Map<String, String> environment)
      throws IOException {
    var whole = new ArrayList<>(Sessions.own("sh", "-c", WAIT, SHELL));
    whole.addAll(command);
    var builder = new ProcessBuilder(whole);
    builder.environment().remove(TraceContext.PARENT_VARIABLE);
    builder.environment().remove(TraceContext.STATE_VARIABLE);
    builder.environment().putAll(environment);
    var child = new Child(builder.start(), warden);
    warden.add(child.target);
    return child;
  }

  /// Lets the command begin.
  ///
  /// @return its standard input
  OutputStream go() throws IOException {
    var in = process.getOutputStream();
    in.write("go\n".getBytes(StandardCharsets.US_ASCII));
    in.flush();
    return in;
  }

  long pid() {
    return process.pid();
  }

  InputStream stdout() {
    return process.getInputStream();
  }

  InputStream stderr() {
    return process.getErrorStream();
  }

  boolean isGone() {
    return !process.isAlive();
  }

  /// Calls `then` when the leader is gone, on another thread.
  void onExit(Runnable then) {
    Thread.ofVirtual()
        .name("reproq-exit")
        .start(() -> {
          process.onExit().join();
          then.run();
        });
  }

  /// Waits for the end of the leader.
  ///
  /// @return false when it did not come in time
  boolean isGoneWithin(Duration limit) throws InterruptedException {
    return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// TERM, and KILL for whom `grace` is not enough. Not interrupted.
  ///
  /// @return whether TERM was enough for the leader
  boolean stop(Duration grace) {
    warden.terminate(target);
    if (!Sessions.areSupported()) {
      process.descendants().forEach(ProcessHandle::destroy);
    }
    var heeded = isGoneAfter(grace);
    end();
    return heeded;
  }

  /// KILL for what is left, the leader included. Not interrupted.
  void end() {
    if (!Sessions.areSupported()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
    }
    warden.end(target);
    // By its handle: the process itself would close streams that are not read to their end.
    process.toHandle().destroyForcibly();
    isGoneAfter(Duration.ofMillis(200));
  }

  Exit exit() {
    return process.isAlive() ? Exit.KILLED : Exit.ofValue(process.exitValue());
  }

  private boolean isGoneAfter(Duration limit) {
    return !process
        .onExit()
        .completeOnTimeout(process, limit.toMillis(), TimeUnit.MILLISECONDS)
        .join()
        .isAlive();
  }
}
