package io.reproq.cli.option;

import java.util.function.Supplier;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// How a command answers: in words, or with `--json` in one JSON document on one line. Names in it
/// are snake_case, and stay what they are from release to release; others may be added.
public final class Answer {
  private final CommonOptions common;

  @Option(names = "--json", description = "Print one JSON document.")
  private boolean json;

  public Answer(CommonOptions common) {
    this.common = common;
  }

  public boolean isJson() {
    return json;
  }

  /// Prints the one that was asked for, and works out only that.
  public void give(Supplier<? extends JsonNode> document, Supplier<String> words) {
    common.out().println(json ? document.get().toString() : words.get());
  }
}
