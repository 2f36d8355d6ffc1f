package io.reproq.cli.option;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Lets long flags have one dash, too, as Go's programs do: `-dsn x`, `-config=x`.
///
/// A word that stands where a flag's value does is left as it is, and so are short flags.
public final class GoFlags implements IParameterPreprocessor {
  private GoFlags() {}

  /// Lets `line` and all commands below it read flags so.
  public static void accept(CommandLine line) {
    line.getCommandSpec().preprocessor(new GoFlags());
    line.getSubcommands().values().forEach(GoFlags::accept);
  }

  @Override
  @SuppressWarnings("JdkObsolete") // The stack is picocli's.
  public boolean preprocess(
      Stack<String> args,
      CommandSpec command,
      @Nullable ArgSpec argument,
      Map<String, Object> info) {
    if (argument == null) {
      var words = new ArrayList<>(args);
      Collections.reverse(words);
      rewrite(words, command);
      Collections.reverse(words);
      args.clear();
      args.addAll(words);
    }
    return false;
  }

  /// Those of this command alone: the commands below it know their own.
  private static void rewrite(List<String> words, CommandSpec command) {
    for (var at = 0; at < words.size(); at++) {
      var word = words.get(at);
      if (word.equals("--") || command.subcommands().containsKey(word)) {
        return;
      }
      var name = word.split("=", 2)[0];
      var twoDashes = "-" + name;
      if (name.matches("-[a-zA-Z][a-zA-Z-]+") && command.optionsMap().containsKey(twoDashes)) {
        words.set(at, "-" + word);
        name = twoDashes;
      }
      if (takesNext(command.optionsMap().get(name), word)) {
        at++;
      }
    }
  }

  private static boolean takesNext(@Nullable OptionSpec option, String word) {
    return option != null && option.arity().min() > 0 && word.indexOf('=') < 0;
  }
}
