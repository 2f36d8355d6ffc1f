package io.reproq.cli;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// Completion for fish: a line for each visible command and flag, with what its help says.
final class FishCompletion {
  private FishCompletion() {}

  static String script(CommandLine top) {
    var text = new StringBuilder("complete -c reproq -f\n");
    write(top, "", text);
    return text.toString();
  }

  /// @param path fish's conditions for `command` and those above it
  private static void write(CommandLine command, String path, StringBuilder text) {
    var below = visible(command);
    var names = String.join(" ", below.stream().map(CommandLine::getCommandName).toList());
    var here = names.isEmpty() ? path : and(path, "not __fish_seen_subcommand_from " + names);
    for (var each : below) {
      var header = String.join(" ", each.getCommandSpec().usageMessage().header());
      line(text, here, " -a " + each.getCommandName(), header);
    }
    for (var option : command.getCommandSpec().options()) {
      if (!option.hidden()) {
        line(text, here, flags(option), String.join(" ", option.description()));
      }
    }
    for (var each : below) {
      write(each, and(path, "__fish_seen_subcommand_from " + each.getCommandName()), text);
    }
  }

  private static List<CommandLine> visible(CommandLine command) {
    return command.getSubcommands().values().stream()
        .filter(each -> !each.getCommandSpec().usageMessage().hidden())
        .toList();
  }

  private static String flags(OptionSpec option) {
    var takesValue = option.arity().min() > 0 ? " -r -F" : "";
    return Arrays.stream(option.names())
            .map(name ->
                name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1))
            .collect(Collectors.joining())
        + takesValue;
  }

  private static String and(String one, String other) {
    return one.isEmpty() ? other : one + "; and " + other;
  }

  private static void line(StringBuilder text, String where, String what, String description) {
    text.append("complete -c reproq");
    if (!where.isEmpty()) {
      text.append(" -n ").append(quoted(where));
    }
    text.append(what).append(" -d ").append(quoted(description)).append('\n');
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replaceAll("\\s+", " ") + "'";
  }
}
