package io.reproq.cli.log;

import java.util.regex.Pattern;

/// Finds where a value ends that begins somewhere in a text: JSON, the same within a text of JSON
/// (`{\"a\":\"b\"}`), what Python prints, or a bare word. One that does not end goes to the end of
/// the text.
final class ValueEnd {
  private static final String CLOSING = "\"',;)}]>";

  /// How credentials are told in a header.
  private static final Pattern SCHEME =
      Pattern.compile("(?:basic|bearer|digest|token)\\s++(?=\\S)", Pattern.CASE_INSENSITIVE);

  private ValueEnd() {}

  /// Past the last character of the value that begins at `start`; `start` when there is none.
  static int of(String text, int start) {
    var quote = start;
    while (quote < text.length() && text.charAt(quote) == '\\') {
      quote++;
    }
    if (quote < text.length() && isQuote(text.charAt(quote))) {
      return quoted(text, start, quote);
    }
    if (start < text.length() && (text.charAt(start) == '{' || text.charAt(start) == '[')) {
      return container(text, start);
    }
    return word(text, start);
  }

  /// The end of a text in quotes, that has as many backslashes before its last one as before its
  /// first.
  private static int quoted(String text, int start, int quote) {
    var slashes = quote - start;
    for (var i = quote + 1; i < text.length(); i++) {
      if (text.charAt(i) == text.charAt(quote) && slashesBefore(text, i, quote + 1) == slashes) {
        return i + 1;
      }
    }
    return text.length();
  }

  private static int slashesBefore(String text, int index, int least) {
    var first = index;
    while (first > least && text.charAt(first - 1) == '\\') {
      first--;
    }
    return index - first;
  }

  private static int container(String text, int start) {
    var depth = 0;
    var i = start;
    while (i < text.length()) {
      switch (text.charAt(i)) {
        case '{', '[' -> depth++;
        case '}', ']' -> depth--;
        case '"', '\'' -> i = quoted(text, i - slashesBefore(text, i, start), i) - 1;
        default -> {}
      }
      i++;
      if (depth == 0) {
        return i;
      }
    }
    return text.length();
  }

  /// The end of a word, without the punctuation that closes what it stands in.
  private static int word(String text, int start) {
    var scheme = SCHEME.matcher(text).region(start, text.length());
    var begin = scheme.lookingAt() ? scheme.end() : start;
    var end = begin;
    while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
      end++;
    }
    while (end > begin && CLOSING.indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    return end;
  }

  private static boolean isQuote(char c) {
    return c == '"' || c == '\'';
  }
}
