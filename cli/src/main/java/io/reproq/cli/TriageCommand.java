package io.reproq.cli;

import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `reproq triage`, which only holds its own commands.
@Command(
    name = "triage",
    header = "Look after failed tasks: list, inspect, retry, discard.",
    description =
        "A task is FAILED when its attempts are used up, or when no other attempt would help. It"
            + " stays so until somebody retries it, discards it or prunes it.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  reproq triage list --queue mail",
      "  reproq triage inspect 42",
      "  reproq triage retry --all --task-path sample.greet --dry-run",
      "  reproq triage discard 42 43"
    })
final class TriageCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();

  private TriageCommand() {}

  static CommandLine create(Surroundings surroundings) {
    return new CommandLine(new TriageCommand())
        .addSubcommand(new TriageListCommand(surroundings))
        .addSubcommand(new TriageInspectCommand(surroundings))
        .addSubcommand(new TriageRetryCommand(surroundings))
        .addSubcommand(new TriageDiscardCommand(surroundings));
  }

  @Override
  public void run() {
    common.out().println(common.usageLine());
  }
}
