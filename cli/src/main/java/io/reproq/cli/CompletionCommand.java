package io.reproq.cli;

import io.reproq.cli.option.CommonOptions;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `reproq completion`.
@Command(
    name = "completion",
    header = "Print a script that completes commands and flags in bash and zsh.",
    footer = {"", "Example:", "  source <(reproq completion)"})
final class CompletionCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();

  @Override
  public void run() {
    common.out().print(AutoComplete.bash("reproq", common.line().getParent()));
    common.out().flush();
  }
}
