package io.reproq.process;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The output of a forked child, divided into that of its tasks: each ends with a mark that no
/// other task has. What comes between two tasks is nobody's, and dropped.
///
/// Written by the thread that reads the child's output, begun and awaited by that of the attempt.
final class MarkedOutput implements Drain.Sink {
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable AttemptLog log;
  private byte[] mark = new byte[0];
  private CompletableFuture<Void> marked = CompletableFuture.completedFuture(null);

  /// The end of what came, as long as it may be the beginning of the mark.
  private byte[] held = new byte[0];

  /// From now on output is that of another task.
  ///
  /// @param markText begins with a character that is nowhere else in it
  void begin(String markText, AttemptLog into) {
    lock.lock();
    try {
      log = into;
      mark = markText.getBytes(StandardCharsets.UTF_8);
      marked = new CompletableFuture<>();
      held = new byte[0];
    } finally {
      lock.unlock();
    }
  }

  /// Waits for the mark, not longer than `limit`, and takes nothing more for this task.
  void await(Duration limit) {
    if (!marked.isDone()) {
      marked.copy().completeOnTimeout(null, limit.toMillis(), TimeUnit.MILLISECONDS).join();
      lock.lock();
      try {
        end();
      } finally {
        lock.unlock();
      }
    }
  }

  @Override
  public void append(byte[] bytes, int length) {
    lock.lock();
    try {
      if (log != null) {
        divide(joined(bytes, length));
      }
    } finally {
      lock.unlock();
    }
  }

  /// There will be no more.
  void close() {
    lock.lock();
    try {
      end();
    } finally {
      lock.unlock();
    }
  }

  private void divide(byte[] all) {
    for (var start = indexOf(mark[0], all, 0);
        start < all.length;
        start = indexOf(mark[0], all, start + 1)) {
      var end = Math.min(all.length, start + mark.length);
      if (Arrays.equals(all, start, end, mark, 0, end - start)) {
        pass(all, start);
        held = Arrays.copyOfRange(all, start, all.length);
        if (held.length >= mark.length) {
          held = new byte[0];
          end();
        }
        return;
      }
    }
    held = new byte[0];
    pass(all, all.length);
  }

  /// What was held and did not become a mark is output.
  private void end() {
    pass(held, held.length);
    held = new byte[0];
    log = null;
    marked.complete(null);
  }

  private void pass(byte[] bytes, int length) {
    if (log != null && length > 0) {
      log.append(bytes, length);
    }
  }

  private byte[] joined(byte[] bytes, int length) {
    var all = Arrays.copyOf(held, held.length + length);
    System.arraycopy(bytes, 0, all, held.length, length);
    return all;
  }

  private static int indexOf(byte wanted, byte[] bytes, int from) {
    var at = from;
    while (at < bytes.length && bytes[at] != wanted) {
      at++;
    }
    return at;
  }
}
