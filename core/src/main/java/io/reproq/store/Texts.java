package io.reproq.store;

import org.jspecify.annotations.Nullable;

/// Texts that every database can keep.
public final class Texts {
  private static final char REPLACEMENT = '\uFFFD';

  private Texts() {}

  /// `text` with U+FFFD in the place of NUL and of halves of surrogate pairs, which UTF-8 in a
  /// database cannot carry.
  public static String safe(String text) {
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (c == 0 || Character.isSurrogate(c)) {
        return rewritten(text);
      }
    }
    return text;
  }

  /// The same, null for null.
  public static @Nullable String safeOrNull(@Nullable String text) {
    return text == null ? null : safe(text);
  }

  private static String rewritten(String text) {
    var out = new StringBuilder(text.length());
    text.codePoints()
        .map(c ->
            c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
                ? REPLACEMENT
                : c)
        .forEach(out::appendCodePoint);
    return out.toString();
  }
}
