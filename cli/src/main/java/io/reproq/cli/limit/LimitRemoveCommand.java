package io.reproq.cli.limit;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.RateLimit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq limit rm`.
@Command(
    name = "rm",
    header = "Remove a limit; tasks that waited for it go on.",
    footer = {"", "Examples:", "  reproq limit rm --key queue:mail"})
final class LimitRemoveCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  @Option(
      names = "--key",
      required = true,
      paramLabel = "KEY",
      description = "What is limited: task:PATH, queue:NAME or global.")
  private String key = "";

  LimitRemoveCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    RateLimit.checkKey(key);
    try (var store = LimitKey.database(key, database).open()) {
      var removed = store.limits().remove(key) ? 1 : 0;
      answer.give(
          () -> JsonNodeFactory.instance.objectNode().put("key", key).put("deleted", removed),
          () -> "Deleted " + removed + " rate limit(s) for " + key);
    }
  }
}
