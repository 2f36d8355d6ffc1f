package io.reproq.json;

import java.math.BigDecimal;
import java.math.MathContext;

/// Prints a double as Python's `repr` does: the shortest digits that read back as the same number,
/// fixed for 1e-4 <= |x| < 1e16, with an exponent of a sign and at least two digits otherwise.
final class PythonFloat {
  private PythonFloat() {}

  static String repr(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "Infinity" : "-Infinity";
    }
    if (value == 0) {
      return 1 / value > 0 ? "0.0" : "-0.0";
    }
    var shortest = shortest(Math.abs(value));
    var digits = shortest.unscaledValue().toString();
    var exponent = digits.length() - shortest.scale() - 1;
    var sign = value < 0 ? "-" : "";
    return sign
        + (exponent >= -4 && exponent < 16
            ? fixed(digits, exponent)
            : scientific(digits, exponent));
  }

  /// `Double.toString` yields the shortest digits (JDK 19 and later) but never fewer than two, and
  /// the two nearest ones are not always one and a zero: 5e-324 comes as 4.9E-324. Only numbers of
  /// a few bits are that coarse.
  private static BigDecimal shortest(double value) {
    if (value < Double.MIN_NORMAL) {
      var oneDigit = new BigDecimal(value).round(new MathContext(1));
      if (oneDigit.doubleValue() == value) {
        return oneDigit;
      }
    }
    return new BigDecimal(Double.toString(value)).stripTrailingZeros();
  }

  private static String fixed(String digits, int exponent) {
    if (exponent < 0) {
      return "0." + "0".repeat(-exponent - 1) + digits;
    }
    var whole = exponent + 1;
    if (digits.length() <= whole) {
      return digits + "0".repeat(whole - digits.length()) + ".0";
    }
    return digits.substring(0, whole) + "." + digits.substring(whole);
  }

  private static String scientific(String digits, int exponent) {
    var mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    var size = Math.abs(exponent);
    return mantissa + "e" + (exponent < 0 ? "-" : "+") + (size < 10 ? "0" : "") + size;
  }
}
