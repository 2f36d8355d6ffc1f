package io.reproq.cli;

import io.reproq.cli.option.CommandFailure;
import io.reproq.json.InvalidJsonException;
import io.reproq.json.Json;
import io.reproq.task.Payload;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say what a task is given.
final class PayloadOptions {
  @Option(names = "--args", paramLabel = "JSON", description = "Positional arguments, an array.")
  private @Nullable String args;

  @Option(names = "--kwargs", paramLabel = "JSON", description = "Named arguments, an object.")
  private @Nullable String kwargs;

  /// What was given.
  ///
  /// @param takesContext whether a Python function gets its task's context before it
  /// @throws CommandFailure when it is no JSON, or of another shape
  Payload payload(boolean takesContext) {
    return new Payload(
        json("--args", args, Json.EMPTY_ARRAY),
        json("--kwargs", kwargs, Json.EMPTY_OBJECT),
        takesContext);
  }

  private static Json json(String flag, @Nullable String text, Json empty) {
    if (text == null) {
      return empty;
    }
    try {
      var json = Json.parse(text).canonical();
      var found = json.tree();
      var wantsArray = empty.equals(Json.EMPTY_ARRAY);
      if (wantsArray ? found.isArray() : found.isObject()) {
        return json;
      }
      throw new CommandFailure(
          flag
              + " must be a JSON "
              + (wantsArray ? "array" : "object")
              + ", was "
              + found.getNodeType().name().toLowerCase(Locale.ROOT));
    } catch (InvalidJsonException e) {
      throw new CommandFailure(flag + " is " + e.getMessage());
    }
  }
}
