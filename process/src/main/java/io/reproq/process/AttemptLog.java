package io.reproq.process;

import io.reproq.worker.Attempt;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/// What one attempt writes to standard error, handed on as it comes: made safe, and the first bytes
/// of it only. Safe for use by many threads; after [#end] nothing is taken any more.
final class AttemptLog {
  private static final int TAIL_CHARACTERS = 2000;

  private final int limit;
  private final LogSink sink;
  private final ReentrantLock lock = new ReentrantLock();
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);

  /// The beginning of a character whose rest has not come yet.
  private byte[] rest = new byte[0];

  private final StringBuilder tail = new StringBuilder();
  private long kept;
  private long dropped;
  private boolean ended;

  AttemptLog(int limit, LogSink sink) {
    this.limit = limit;
    this.sink = sink;
  }

  /// The log of an attempt, kept where the worker wants it.
  static AttemptLog of(ExecutorConfig config, Attempt attempt) {
    var database = attempt.databaseAlias().map(alias -> alias + "-").orElse("");
    var name = "task-" + database + attempt.resultId() + "-attempt-" + attempt.number() + ".log";
    return new AttemptLog(
        config.limits().maxStderrBytes(), LogSink.of(config.logsDir(), name, attempt));
  }

  void append(byte[] bytes, int length) {
    lock.lock();
    try {
      if (ended) {
        return;
      }
      var fits = (int) Math.min(length, limit - kept);
      kept += fits;
      dropped += length - fits;
      if (fits > 0) {
        pass(decoded(bytes, fits, /* isEnd= */ false));
      }
    } finally {
      lock.unlock();
    }
  }

  /// Closes it.
  ///
  /// @param stdout what was written to standard output, empty when that was an envelope
  /// @param ending how the process ended, empty when there is nothing to say
  void end(String stdout, String ending) {
    lock.lock();
    try {
      if (ended) {
        return;
      }
      ended = true;
      pass(decoded(new byte[0], 0, /* isEnd= */ true));
      if (dropped > 0) {
        pass("\n[" + dropped + " bytes more are not kept: the limit is " + limit + "]\n");
      }
      if (!ending.isEmpty()) {
        pass((tail.isEmpty() || tail.charAt(tail.length() - 1) == '\n' ? "" : "\n") + ending);
      }
      sink.end(stdout);
    } finally {
      lock.unlock();
    }
  }

  /// The last line that is not blank, empty when there is none.
  String lastLine() {
    lock.lock();
    try {
      return tail.toString().lines().filter(line -> !line.isBlank()).reduce("", (a, b) -> b);
    } finally {
      lock.unlock();
    }
  }

  private void pass(String text) {
    if (!text.isEmpty()) {
      tail.append(text);
      tail.delete(0, Math.max(0, tail.length() - TAIL_CHARACTERS));
      sink.append(text);
    }
  }

  private String decoded(byte[] bytes, int length, boolean isEnd) {
    var in = ByteBuffer.allocate(rest.length + length).put(rest).put(bytes, 0, length).flip();
    var out = CharBuffer.allocate(in.remaining() + 1);
    decoder.decode(in, out, isEnd);
    rest = new byte[in.remaining()];
    in.get(rest);
    return SafeText.of(out.flip().toString());
  }
}
