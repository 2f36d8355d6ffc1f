package io.reproq.cli.limit;

import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.DatabaseOption;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.RateLimits.Level;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq limit ls`.
@Command(
    name = "ls",
    header = "List the limits.",
    description = "What is current was so at the last refill; it fills up from then on.",
    footer = {"", "Examples:", "  reproq limit ls", "  reproq limit ls --json"})
final class LimitListCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  LimitListCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    try (var store = database.open()) {
      var levels = store.limits().list();
      if (answer.isJson()) {
        common.out().println(toJson(levels));
      } else {
        print(levels);
      }
    }
  }

  private void print(List<Level> levels) {
    if (levels.isEmpty()) {
      common.out().println("No rate limits configured.");
      return;
    }
    common.out().println("Key\tTokens/s\tBurst\tCurrent\tLastRefill");
    for (var level : levels) {
      common
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "%s\t%.2f\t%d\t%.2f\t%s",
                  level.key(),
                  level.tokensPerSecond(),
                  level.burst(),
                  level.tokens(),
                  level.lastRefilledAt()));
    }
  }

  private static ArrayNode toJson(List<Level> levels) {
    var out = JsonNodeFactory.instance.arrayNode();
    for (var level : levels) {
      out.addObject()
          .put("key", level.key())
          .put("tokens_per_second", level.tokensPerSecond())
          .put("burst_size", level.burst())
          .put("current_tokens", level.tokens())
          .put("last_refilled_at", level.lastRefilledAt().toString());
    }
    return out;
  }
}
