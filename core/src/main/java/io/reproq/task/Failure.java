package io.reproq.task;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/// One thing that went wrong.
///
/// @param exceptionClass simple name of the exception, null where there was none
/// @param message one sentence for people
/// @param traceback stack trace as text, null where there was none
public record Failure(
    FailureKind kind, @Nullable String exceptionClass, String message, @Nullable String traceback) {

  /// What is told of an attempt whose worker died, or was cut off.
  public static final Failure LEASE_LOST =
      of(FailureKind.LEASE_EXPIRY, "Worker heartbeat lost or process crashed");

  /// What is told of an attempt that somebody wanted stopped.
  public static final Failure CANCELLED = of(FailureKind.CANCELLED, "Task cancelled by request");

  /// What is told of a failed task that an operator gave up.
  public static final Failure DISCARDED = of(FailureKind.CANCELLED, "discarded");

  /// What is told of a task that can never run, because one that it depends on did not succeed.
  public static final Failure STRANDED =
      of(FailureKind.WORKFLOW_FAILED, "Workflow failed due to task failure");

  /// What is told of a task whose time to start ran out.
  public static final Failure EXPIRED =
      of(FailureKind.EXPIRED, "Task expired before it could be started");

  private static final int SUMMARY_BYTES = 1024;

  /// A stack trace is for people; more than this nobody reads.
  private static final int TRACE_CHARACTERS = 16_384;

  /// A failure that no exception caused.
  public static Failure of(FailureKind kind, String message) {
    return new Failure(kind, null, message, null);
  }

  /// A failure that `thrown` caused. Its message is the exception's, its class name when that has
  /// none.
  public static Failure of(FailureKind kind, Throwable thrown) {
    var message = thrown.getMessage();
    var name = thrown.getClass().getSimpleName();
    var trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace, true));
    var length = Math.min(trace.getBuffer().length(), TRACE_CHARACTERS);
    return new Failure(
        kind, name, message == null ? name : message, trace.getBuffer().substring(0, length));
  }

  /// The failure in one line: its message, cut to 1024 bytes of UTF-8 between two characters. One
  /// that the task did not bring upon itself is preceded by its kind, and one without a message is
  /// its kind.
  public String summary() {
    if (message.isEmpty()) {
      return kind.label();
    }
    return switch (kind) {
      case LEASE_EXPIRY, WORKFLOW_FAILED -> cut(kind.label() + ": " + message);
      case APP_ERROR, INFRA_ERROR, CANCELLED, SECURITY_VIOLATION, INVALID_SPEC, EXPIRED ->
          cut(message);
    };
  }

  private static String cut(String text) {
    var bytes = 0;
    for (var i = 0; i < text.length(); ) {
      var codePoint = text.codePointAt(i);
      bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
      if (bytes > SUMMARY_BYTES) {
        return text.substring(0, i);
      }
      i += Character.charCount(codePoint);
    }
    return text;
  }
}
