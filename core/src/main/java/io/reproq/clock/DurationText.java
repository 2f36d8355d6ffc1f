package io.reproq.clock;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.regex.Pattern;

/// Reads a duration as people write it:
///
/// | form | examples |
/// |---|---|
/// | seconds | `2`, `0.5` |
/// | Go syntax, and days | `1m30s`, `100ms`, `1.5h`, `7d`; units are d, h, m, s, ms, us, µs, ns |
/// | ISO-8601 | `PT5M`, `P7D` |
///
/// What is finer than a nanosecond is cut off.
public final class DurationText {
  private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000);
  private static final BigDecimal LONGEST_NANOS = BigDecimal.valueOf(Long.MAX_VALUE);

  private static final Map<String, BigDecimal> NANOS =
      Map.of(
          "d", NANOS_PER_SECOND.multiply(BigDecimal.valueOf(86_400)),
          "h", NANOS_PER_SECOND.multiply(BigDecimal.valueOf(3_600)),
          "m", NANOS_PER_SECOND.multiply(BigDecimal.valueOf(60)),
          "s", NANOS_PER_SECOND,
          "ms", BigDecimal.valueOf(1_000_000),
          "us", BigDecimal.valueOf(1_000),
          "\u00b5s", BigDecimal.valueOf(1_000),
          "\u03bcs", BigDecimal.valueOf(1_000),
          "ns", BigDecimal.ONE);

  private static final String NUMBER = "([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)";
  private static final Pattern SECONDS = Pattern.compile(NUMBER);

  /// Possessive: without it a long text that is none would be tried in many ways.
  private static final Pattern STEP = Pattern.compile(NUMBER + "([a-z\u00b5\u03bc]++)");

  private static final int SHOWN_CHARS = 60;

  private DurationText() {}

  /// The duration that `text` names, zero or longer.
  ///
  /// @throws IllegalArgumentException when it is in none of the three forms, negative, or longer
  ///   than 292 years; the message holds the text and the forms
  public static Duration parse(String text) {
    if (text.indexOf('-') >= 0) {
      throw invalid(text, "must not be negative");
    }
    if (text.startsWith("P") || text.startsWith("p")) {
      return iso(text);
    }
    if (SECONDS.matcher(text).matches()) {
      return ofNanos(text, new BigDecimal(text).multiply(NANOS_PER_SECOND));
    }
    return go(text);
  }

  private static Duration go(String text) {
    var step = STEP.matcher(text);
    var nanos = BigDecimal.ZERO;
    var at = 0;
    while (at < text.length() && step.region(at, text.length()).lookingAt()) {
      var unit = NANOS.get(step.group(2));
      if (unit == null) {
        throw invalid(text, "is no duration");
      }
      nanos = nanos.add(new BigDecimal(step.group(1)).multiply(unit));
      at = step.end();
    }
    if (at == 0 || at < text.length()) {
      throw invalid(text, "is no duration");
    }
    return ofNanos(text, nanos);
  }

  private static Duration iso(String text) {
    try {
      var duration = Duration.parse(text);
      return ofNanos(
          text,
          BigDecimal.valueOf(duration.getSeconds())
              .multiply(NANOS_PER_SECOND)
              .add(BigDecimal.valueOf(duration.getNano())));
    } catch (DateTimeParseException e) {
      // Too long a duration comes here, too.
      throw invalid(text, "is no duration");
    }
  }

  private static Duration ofNanos(String text, BigDecimal nanos) {
    if (nanos.compareTo(LONGEST_NANOS) > 0) {
      throw invalid(text, "is longer than 292 years");
    }
    return Duration.ofNanos(nanos.longValue());
  }

  private static IllegalArgumentException invalid(String text, String wrong) {
    var shown = text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "…";
    return new IllegalArgumentException(
        "'%s' %s: write seconds (2 or 0.5), Go syntax (1m30s, 100ms, 7d) or ISO-8601 (PT5M, P7D)"
            .formatted(shown, wrong));
  }
}
