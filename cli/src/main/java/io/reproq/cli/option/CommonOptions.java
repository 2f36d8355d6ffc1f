package io.reproq.cli.option;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What every command has: its flags for help and logging, and where it writes.
@SuppressWarnings("UnusedVariable") // Both flags are read from what was parsed, by name.
public final class CommonOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(
      names = {"-v", "--verbose"},
      description = "Log what happens; twice for more.")
  private boolean[] verbose = {};

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  /// Where results go.
  public PrintWriter out() {
    return line().getOut();
  }

  /// Where everything else goes.
  public PrintWriter err() {
    return line().getErr();
  }

  /// One line that names the commands below this one.
  public String usageLine() {
    return "usage: %s <%s> [--help]"
        .formatted(
            line().getCommandSpec().qualifiedName(),
            String.join("|", line().getSubcommands().keySet()));
  }

  /// The command that these are the options of.
  public CommandLine line() {
    if (command == null) {
      throw new IllegalStateException("these options belong to no command yet");
    }
    return command.commandLine();
  }
}
