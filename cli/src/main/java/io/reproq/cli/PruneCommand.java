package io.reproq.cli;

import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `reproq prune`, which only holds its own commands.
@Command(
    name = "prune",
    header = "Delete what is no longer wanted.",
    description = "Nothing is ever deleted otherwise.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  reproq prune finished --older-than 90d --dry-run",
      "  reproq prune expired",
      "  reproq prune workers"
    })
final class PruneCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();

  private PruneCommand() {}

  static CommandLine create(Surroundings surroundings) {
    return new CommandLine(new PruneCommand())
        .addSubcommand(new PruneFinishedCommand(surroundings))
        .addSubcommand(new PruneExpiredCommand(surroundings))
        .addSubcommand(new PruneWorkersCommand(surroundings));
  }

  @Override
  public void run() {
    common.out().println(common.usageLine());
  }
}
