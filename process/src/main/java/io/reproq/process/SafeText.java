package io.reproq.process;

import java.nio.charset.StandardCharsets;

/// Makes what a child said fit to be stored: every store refuses U+0000 or half of a surrogate pair
/// somewhere. Both become U+FFFD.
final class SafeText {
  private static final char REPLACEMENT = '\uFFFD';

  private SafeText() {}

  /// All of `text`.
  static String of(String text) {
    for (var i = 0; i < text.length(); i++) {
      var unit = text.charAt(i);
      if (unit == 0 || Character.isSurrogate(unit)) {
        return replaced(text);
      }
    }
    return text;
  }

  /// `text`, cut behind `most` characters between two code points, and said to be.
  static String of(String text, int most) {
    if (text.length() <= most) {
      return of(text);
    }
    var end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    return of(text.substring(0, end)) + "… (" + (text.length() - end) + " characters more)";
  }

  /// The text of UTF-8 bytes. What is no UTF-8 becomes U+FFFD as well.
  static String ofUtf8(byte[] bytes) {
    return of(new String(bytes, StandardCharsets.UTF_8));
  }

  private static String replaced(String text) {
    var safe = new StringBuilder(text.length());
    text.codePoints()
        .map(point -> point == 0 || isHalf(point) ? REPLACEMENT : point)
        .forEach(safe::appendCodePoint);
    return safe.toString();
  }

  private static boolean isHalf(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
