package io.reproq.cli.option;

import io.reproq.store.StoreException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Says what went wrong: one line on standard error, without a stack trace.
///
/// Exit codes: 2 when the command line cannot be parsed, 1 for everything else, an unknown command
/// and a required argument that is not there included.
public final class Mistakes implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private static final int FAILED = 1;
  private static final int UNREADABLE = 2;

  private final BiFunction<CommandLine, String, String> explanation;

  /// @param explanation adds to a message of a command what its user may not know
  public Mistakes(BiFunction<CommandLine, String, String> explanation) {
    this.explanation = explanation;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    var line = e.getCommandLine();
    var err = line.getErr();
    if (e.getCause() instanceof CommandFailure failure) {
      say(err, explanation.apply(line, String.valueOf(failure.getMessage())));
      return FAILED;
    }
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      return unmatched(unmatched, line);
    }
    var name = line.getCommandSpec().qualifiedName();
    var message = String.valueOf(e.getMessage()).replaceFirst("^Error: ", "");
    var said = message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
    say(err, explanation.apply(line, said) + hint(e instanceof MissingParameterException, name));
    return e instanceof MissingParameterException missing && isAbsent(missing, args)
        ? FAILED
        : UNREADABLE;
  }

  /// Whether what is missing was not named at all: a flag that was named without its value cannot
  /// be parsed.
  private static boolean isAbsent(MissingParameterException e, String[] args) {
    var named = new HashSet<String>();
    for (var word : args) {
      // One dash is as good as two, and the value may stand behind an equals sign.
      var flag = word.split("=", 2)[0];
      named.add(flag);
      named.add("-" + flag);
    }
    return e.getMissing().stream()
        .noneMatch(missing ->
            missing instanceof OptionSpec option
                && Arrays.stream(option.names()).anyMatch(named::contains));
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
    var known =
        e instanceof CommandFailure
            || e instanceof StoreException
            || e instanceof IllegalArgumentException;
    var message = known ? String.valueOf(e.getMessage()) : "unexpected: " + e;
    say(line.getErr(), explanation.apply(line, message));
    if (parsed.hasMatchedOption("--verbose")
        || (parsed.hasSubcommand() && parsed.subcommand().hasMatchedOption("--verbose"))) {
      e.printStackTrace(line.getErr());
    }
    return FAILED;
  }

  private static int unmatched(UnmatchedArgumentException e, CommandLine line) {
    var found = e.getUnmatched().getFirst();
    var isRoot = line.getParent() == null;
    var what =
        e.isUnknownOption()
            ? "unknown flag '" + found + "'"
            : isRoot ? "unknown command '" + found + "'" : "unexpected argument '" + found + "'";
    var near = didYouMean(found, e.getSuggestions());
    say(line.getErr(), what + near + hint(near.isEmpty(), line.getCommandSpec().qualifiedName()));
    return isRoot && !e.isUnknownOption() ? FAILED : UNREADABLE;
  }

  /// Of what picocli suggests, best first, only what begins alike: the rest is far-fetched.
  private static String didYouMean(String found, List<String> suggestions) {
    return suggestions.stream()
        .filter(suggestion -> initial(suggestion).equals(initial(found)))
        .findFirst()
        .map(suggestion -> "; did you mean " + suggestion + "?")
        .orElse("");
  }

  private static String initial(String word) {
    var bare = word.replaceFirst("^-+", "");
    return bare.isEmpty() ? "" : bare.substring(0, 1);
  }

  private static String hint(boolean wanted, String command) {
    return wanted ? "; " + command + " --help shows what there is" : "";
  }

  private static void say(PrintWriter err, String message) {
    err.println("reproq: " + message.replaceAll("\\s*\\R\\s*", " "));
  }
}
