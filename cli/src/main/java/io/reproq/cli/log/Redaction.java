package io.reproq.cli.log;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Takes out of a log what must not be seen in it: payloads and outputs of tasks, and secrets.
/// Pure.
///
/// What is hidden is known by its key, or by its form: the password of a URL, what follows
/// `Bearer`, a JSON web token, a private key, and in running text what follows the name of a
/// secret. Where the end of a value cannot be told, too much is taken out and not too little. A
/// secret in running text that nothing names cannot be known.
final class Redaction {
  static final String REDACTED = "[REDACTED]";

  /// Keys that hold what users hand over and get back.
  private static final Set<String> PAYLOADS =
      Set.of(
          "args",
          "body",
          "errors_json",
          "headers",
          "kwargs",
          "payload",
          "payload_json",
          "return_json",
          "spec_json",
          "stderr",
          "stdout",
          "traceback");

  /// What the key of a secret has in it.
  private static final List<String> SECRETS =
      List.of(
          "secret", "token", "password", "passwd", "apikey", "api_key", "api-key", "authorization");

  /// What a text in small letters has in it when something may stand behind a key in it. Most have
  /// nothing, and looking for it is quick.
  private static final List<String> KEY_HINTS =
      Stream.concat(
              SECRETS.stream(),
              Stream.of("args", "body", "headers", "_json", "payload", "stde", "stdo", "traceback"))
          .toList();

  private static final Pattern PRIVATE_KEY =
      Pattern.compile(
          "-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\\s\\S]*?"
              + "(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\\z)");

  /// From the user's name to the last `@` of the word; a port is no password.
  private static final Pattern URL_PASSWORD =
      Pattern.compile("(://[^\\s/:@\"'\\[]*+:)(?!\\d{1,5}(?:[/?#\\s]|$))[^\\s\"'<>]{1,2048}@");

  private static final Pattern WEB_TOKEN =
      Pattern.compile("\\beyJ[\\w-]++\\.[\\w-]++(?:\\.[\\w-]*+)?");

  private static final Pattern BEARER =
      Pattern.compile("\\b(bearer\\s+)[\\w.~+/=-]++", Pattern.CASE_INSENSITIVE);

  /// A key in small letters, and what divides it from its value. With `:` only a whole word, or one
  /// in quotes: names of exceptions are followed by their message so.
  private static final Pattern KEY =
      Pattern.compile(
          "(?:(?:secret|token|passw(?:or)?d|api[_-]?key|authorization)"
              + "(?:[^\"'\\\\\n]{0,64}\\\\{0,9}[\"']\\s*(?:=>|[=:])"
              + "|[\\w.-]{0,64}\\s*(?:=>|=(?!=))"
              + "|(?:[_.-]\\w[\\w.-]{0,64})?\\s*:(?!//))"
              + "|\\b(?:"
              + String.join("|", PAYLOADS.stream().sorted().toList())
              + ")(?:\\\\{0,9}[\"']\\s*(?:=>|[=:])|\\s*=(?!=)))\\s*");

  private Redaction() {}

  /// Whether the value of `key` must not be seen, whatever it is.
  static boolean hides(String key) {
    var name = key.toLowerCase(Locale.ROOT);
    return PAYLOADS.contains(name) || SECRETS.stream().anyMatch(name::contains);
  }

  /// What may be seen of `value`: numbers and truth values as they are, all else as text.
  static Object value(String key, Object value) {
    if (hides(key)) {
      return REDACTED;
    }
    return value instanceof Number || value instanceof Boolean
        ? value
        : text(String.valueOf(value));
  }

  /// What may be seen of `text`.
  static String text(String text) {
    var seen = text.contains("-----BEGIN") ? PRIVATE_KEY.matcher(text).replaceAll(REDACTED) : text;
    var small = small(seen);
    if (KEY_HINTS.stream().anyMatch(small::contains)) {
      seen = values(seen, small);
    }
    if (seen.contains("://")) {
      seen = URL_PASSWORD.matcher(seen).replaceAll("$1" + REDACTED + "@");
    }
    if (small.contains("bearer")) {
      seen = BEARER.matcher(seen).replaceAll("$1" + REDACTED);
    }
    return seen.contains("eyJ") ? WEB_TOKEN.matcher(seen).replaceAll(REDACTED) : seen;
  }

  /// Takes out what stands behind keys.
  private static String values(String text, String small) {
    var key = KEY.matcher(small);
    var seen = new StringBuilder(text.length());
    var from = 0;
    while (key.find(from)) {
      var end = ValueEnd.of(text, key.end());
      seen.append(text, from, key.end());
      if (end > key.end()) {
        seen.append(REDACTED);
      }
      from = end;
    }
    return seen.append(text, from, text.length()).toString();
  }

  /// The text in small letters, each where it was.
  private static String small(String text) {
    // In small letters this one would be two characters.
    return text.replace('\u0130', 'i').toLowerCase(Locale.ROOT);
  }
}
