package io.reproq.cli.option;

import java.math.BigInteger;
import picocli.CommandLine.TypeConversionException;

/// Reads whole numbers. What is no number cannot be parsed; what is too large is out of range,
/// which is another exit code.
public final class Numbers {
  private Numbers() {}

  public static int toInt(String text) {
    return within(text, Integer.SIZE).intValueExact();
  }

  public static long toLong(String text) {
    return within(text, Long.SIZE).longValueExact();
  }

  private static BigInteger within(String text, int bits) {
    BigInteger number;
    try {
      number = new BigInteger(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("wanted a whole number, found '" + text + "'");
    }
    if (number.bitLength() >= bits) {
      throw new CommandFailure(text + " is out of range: a number here has " + bits + " bits");
    }
    return number;
  }
}
