package io.reproq.task;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Stands for all queues whose names match it: `*` is anything, also nothing, `?` is one character,
/// all else is itself.
public final class QueueGlob {
  private final Pattern pattern;

  private QueueGlob(Pattern pattern) {
    this.pattern = pattern;
  }

  /// Reads any text; a name without `*` and `?` matches itself alone.
  public static QueueGlob of(String text) {
    return new QueueGlob(
        Pattern.compile(
            text.codePoints().mapToObj(QueueGlob::regex).collect(Collectors.joining()),
            Pattern.DOTALL));
  }

  /// Whether `text` is more than the name of one queue.
  public static boolean isGlob(String text) {
    return text.contains("*") || text.contains("?");
  }

  public boolean matches(String queue) {
    return pattern.matcher(queue).matches();
  }

  private static String regex(int letter) {
    return switch (letter) {
      case '*' -> ".*";
      case '?' -> ".";
      default -> Pattern.quote(Character.toString(letter));
    };
  }
}
