package io.reproq.cli.option;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/// A command that cannot do what it was asked to. The message is the one line that the user sees.
public final class CommandFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public CommandFailure(String message) {
    super(message);
  }

  /// A file or folder that the system does not let us have.
  public static CommandFailure unreadable(String name, IOException e) {
    return new CommandFailure("cannot read " + name + ": " + reason(e));
  }

  /// Why the system refused, in words: its exceptions' messages are often the file's name alone.
  public static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> "no such file or folder";
      case AccessDeniedException denied -> "permission denied";
      case NotDirectoryException file -> "not a folder";
      case FileSystemException refused when refused.getReason() != null -> refused.getReason();
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }

  /// Passes `value` on when it is at least `minimum`.
  ///
  /// @param name the flag that it came with
  public static int atLeast(int minimum, String name, int value) {
    if (value < minimum) {
      throw new CommandFailure(name + " must be at least " + minimum + ", was " + value);
    }
    return value;
  }
}
