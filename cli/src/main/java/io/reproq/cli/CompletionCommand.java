package io.reproq.cli;

import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `reproq completion`.
@Command(
    name = "completion",
    header = "Print a script that completes commands and flags in bash, zsh or fish.",
    footer = {
      "",
      "Examples:",
      "  source <(reproq completion)",
      "  source <(reproq completion zsh)",
      "  reproq completion fish | source"
    })
final class CompletionCommand implements Runnable {
  /// What lets zsh read a script for bash.
  private static final String ZSH =
      """
      #compdef reproq
      autoload -Uz compinit bashcompinit
      (( $+functions[compdef] )) || compinit
      bashcompinit
      """;

  @Mixin private final CommonOptions common = new CommonOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "SHELL",
      description = "bash, zsh or fish. Default: bash.")
  private String shell = "bash";

  @Override
  public void run() {
    var top = common.line().getParent();
    common
        .out()
        .print(
            switch (shell) {
              case "bash" -> AutoComplete.bash("reproq", top);
              case "zsh" -> ZSH + AutoComplete.bash("reproq", top);
              case "fish" -> FishCompletion.script(top);
              default -> throw new CommandFailure("SHELL must be bash, zsh or fish, was " + shell);
            });
    common.out().flush();
  }
}
