package io.reproq.cli.option;

import java.io.InputStream;
import java.util.Map;

/// The process that commands run in, as far as they look at it.
///
/// @param variables the environment
/// @param input standard input
/// @param stop the wish that a command which goes on by itself ends
/// @param isTerminal whether standard output is a terminal
public record Surroundings(
    Map<String, String> variables, InputStream input, StopSignal stop, boolean isTerminal) {
  public Surroundings {
    variables = Map.copyOf(variables);
  }

  /// Those of this process.
  public static Surroundings ofProcess() {
    return new Surroundings(
        System.getenv(), System.in, new StopSignal(), Boolean.getBoolean("reproq.terminal"));
  }

  /// The value of an environment variable; `otherwise` when it is not set, or empty.
  public String variable(String name, String otherwise) {
    var value = variables.getOrDefault(name, "");
    return value.isEmpty() ? otherwise : value;
  }
}
