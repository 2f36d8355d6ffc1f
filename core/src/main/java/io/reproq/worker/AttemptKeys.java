package io.reproq.worker;

import java.util.function.BiConsumer;
import org.slf4j.MDC;
import org.slf4j.spi.LoggingEventBuilder;

/// What a log line says of the attempt that it is about, as keys and values beside its message, so
/// that messages need not repeat it.
public final class AttemptKeys {
  private static final String TASK = "task_id";
  private static final String NUMBER = "attempt";
  private static final String QUEUE = "queue";
  private static final String PATH = "task_path";

  private AttemptKeys() {}

  /// Hands the keys and their values to `line`, such as `log.atWarn()::addKeyValue`.
  public static void of(Attempt attempt, BiConsumer<String, Object> line) {
    line.accept(TASK, attempt.resultId());
    line.accept(NUMBER, attempt.number());
    line.accept(QUEUE, attempt.spec().queue());
    line.accept(PATH, attempt.spec().taskPath());
  }

  /// Adds them to `line`.
  static LoggingEventBuilder about(Attempt attempt, LoggingEventBuilder line) {
    of(attempt, line::addKeyValue);
    return line;
  }

  /// From now on the lines of this thread carry them, those of a user's handler included.
  static void enter(Attempt attempt) {
    of(attempt, (key, value) -> MDC.put(key, String.valueOf(value)));
  }

  /// Ends what [#enter] began.
  static void leave() {
    MDC.remove(TASK);
    MDC.remove(NUMBER);
    MDC.remove(QUEUE);
    MDC.remove(PATH);
  }
}
