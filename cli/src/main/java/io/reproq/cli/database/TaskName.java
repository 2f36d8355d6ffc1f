package io.reproq.cli.database;

import io.reproq.cli.option.Numbers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/// What a task is called on a command line: its id, or an alias and its id.
///
/// @param alias of its database; null when none was named
public record TaskName(@Nullable String alias, long id) {
  /// Reads `42` or `second:42`.
  ///
  /// @throws TypeConversionException when it is neither
  public static TaskName parse(String text) {
    var colon = text.lastIndexOf(':');
    if (colon == 0) {
      throw new TypeConversionException(
          "wanted the id of a task, such as 42 or second:42, found '" + text + "'");
    }
    return new TaskName(
        colon < 0 ? null : text.substring(0, colon), Numbers.toLong(text.substring(colon + 1)));
  }

  @Override
  public String toString() {
    return alias == null ? Long.toString(id) : alias + ":" + id;
  }
}
