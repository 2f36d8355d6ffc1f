package io.reproq.worker;

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

  /// Adds them to `line`.
  public static LoggingEventBuilder about(Attempt attempt, LoggingEventBuilder line) {
    // Alone it stays a number, as readers of JSON know it.
    Object task = attempt.databaseAlias().isPresent() ? attempt.taskName() : attempt.resultId();
    var known = line.addKeyValue(TASK, task).addKeyValue(NUMBER, attempt.number());
    return attempt
        .readable()
        .map(spec -> known.addKeyValue(QUEUE, spec.queue()).addKeyValue(PATH, spec.taskPath()))
        .orElse(known);
  }

  /// From now on the lines of this thread carry them, those of a user's handler included.
  static void enter(Attempt attempt) {
    MDC.put(TASK, attempt.taskName());
    MDC.put(NUMBER, Integer.toString(attempt.number()));
    MDC.put(QUEUE, attempt.spec().queue());
    MDC.put(PATH, attempt.spec().taskPath());
  }

  /// Ends what [#enter] began.
  static void leave() {
    MDC.remove(TASK);
    MDC.remove(NUMBER);
    MDC.remove(QUEUE);
    MDC.remove(PATH);
  }
}
