package io.reproq.process;

import io.reproq.json.Json;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The one JSON document with which a child says what its task came to.
///
/// A returned value is kept as the text that the child wrote. Messages are made safe and cut.
///
/// Contract: `worker-and-django`, section 4.3.
sealed interface Envelope {
  /// The task returned `value`.
  record Returned(Json value) implements Envelope {}

  /// The task raised something.
  record Raised(@Nullable String exceptionClass, String message, @Nullable String traceback)
      implements Envelope {}

  /// There is no envelope.
  record Unreadable(String reason) implements Envelope {}

  /// Reads one from UTF-8.
  static Envelope read(byte[] utf8) {
    var bytes = ByteBuffer.wrap(utf8);
    var chars = CharBuffer.allocate(utf8.length);
    if (StandardCharsets.UTF_8.newDecoder().decode(bytes, chars, true).isError()) {
      return new Unreadable("not UTF-8 from byte " + bytes.position() + " on");
    }
    return EnvelopeReader.read(chars.flip().toString());
  }

  /// What the attempt came to.
  ///
  /// @param ending said with an envelope that cannot be read: how the process ended
  default Outcome outcome(String ending) {
    return switch (this) {
      case Returned(var value) -> new Outcome.Succeeded(value);
      case Raised(var exceptionClass, var message, var traceback) ->
          new Outcome.Failed(
              new Failure(FailureKind.APP_ERROR, exceptionClass, message, traceback), true);
      case Unreadable(var reason) ->
          new Outcome.Failed(
              Failure.of(
                  FailureKind.APP_ERROR, "Invalid JSON on stdout: " + reason + " (" + ending + ")"),
              true);
    };
  }
}
