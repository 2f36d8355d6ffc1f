package io.reproq.cli.config;

import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.Durations;
import io.reproq.cli.option.Numbers;
import java.time.Duration;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/// Whether what stands in a file, or in the environment, is of the type that its flag takes.
final class ValueCheck {
  private ValueCheck() {}

  /// @throws CommandFailure when it is not, naming the key or variable, the value and the place
  static void check(OptionSpec option, Told told) {
    try {
      read(option.type(), told.value());
    } catch (TypeConversionException | CommandFailure e) {
      throw new CommandFailure(
          "invalid %s: %s; %s".formatted(told.name(), e.getMessage(), told.where()));
    }
  }

  private static void read(Class<?> type, String value) {
    if (type == int.class || type == Integer.class) {
      Numbers.toInt(value);
    } else if (type == long.class || type == Long.class) {
      Numbers.toLong(value);
    } else if (type == Duration.class) {
      Durations.parse(value);
    } else if (type == boolean.class || type == Boolean.class) {
      if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
        throw new TypeConversionException("wanted true or false, found '" + value + "'");
      }
    }
  }
}
