package io.reproq.process;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// What a process prints, line by line, for the worker's own log. Safe for use by many threads,
/// whose lines may be mixed.
final class LoggedLines implements Drain.Sink {
  private static final int LONGEST = 2000;

  private final Consumer<String> log;
  private final ReentrantLock lock = new ReentrantLock();
  private final StringBuilder line = new StringBuilder();
  private volatile String last = "";

  LoggedLines(Consumer<String> log) {
    this.log = log;
  }

  @Override
  public void append(byte[] bytes, int length) {
    lock.lock();
    try {
      new String(bytes, 0, length, StandardCharsets.UTF_8).chars().forEach(this::take);
    } finally {
      lock.unlock();
    }
  }

  /// The last line that is not blank, empty when there is none.
  String last() {
    return last;
  }

  private void take(int unit) {
    if (unit == '\n' || line.length() == LONGEST) {
      var whole = SafeText.of(line.toString());
      line.setLength(0);
      if (!whole.isBlank()) {
        last = whole;
        log.accept(whole);
      }
    }
    if (unit != '\n') {
      line.append((char) unit);
    }
  }
}
