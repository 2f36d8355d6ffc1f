package io.reproq.cli.limit;

import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `reproq limit`, which only holds its own commands.
@Command(
    name = "limit",
    header = "Limit how many tasks start in a second.",
    description = {
      "A limit holds for all workers together. Of those that fit a task the first that limits"
          + " anything holds: that of its path, that of its queue, the global one."
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  reproq limit set --key queue:mail --rate 5 --burst 10",
      "  reproq limit ls"
    })
public final class LimitCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();

  private LimitCommand() {}

  public static CommandLine create(Surroundings surroundings) {
    return new CommandLine(new LimitCommand())
        .addSubcommand(new LimitSetCommand(surroundings))
        .addSubcommand(new LimitListCommand(surroundings))
        .addSubcommand(new LimitRemoveCommand(surroundings));
  }

  @Override
  public void run() {
    common.out().println(common.usageLine());
  }
}
