package io.reproq.cli;

import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq version`.
@Command(
    name = "version",
    header = "Print the version.",
    description = "The same as --version.",
    footer = {"", "Examples:", "  reproq version", "  reproq version --json"})
final class VersionCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final Answer answer = new Answer(common);

  @Override
  public void run() {
    answer.give(
        () -> JsonNodeFactory.instance.objectNode().put("version", Version.number()),
        Version::line);
  }
}
