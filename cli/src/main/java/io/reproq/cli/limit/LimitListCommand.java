package io.reproq.cli.limit;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.database.NamedDatabase;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.RateLimits.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
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
    var found = new ArrayList<Found>();
    for (var one : database.all()) {
      try (var store = one.open()) {
        store.limits().list().forEach(level -> found.add(new Found(one, level)));
      }
    }
    answer.give(() -> toJson(found), () -> table(found));
  }

  private static String table(List<Found> found) {
    if (found.isEmpty()) {
      return "No rate limits configured.";
    }
    var header = "Key\tTokens/s\tBurst\tCurrent\tLastRefill";
    return found.stream()
        .map(Found::row)
        .collect(
            Collectors.joining(
                System.lineSeparator(),
                header + found.getFirst().column("Database") + System.lineSeparator(),
                ""));
  }

  private static ArrayNode toJson(List<Found> found) {
    var out = JsonNodeFactory.instance.arrayNode();
    for (var one : found) {
      var level = one.level();
      one.database()
          .mark(
              out.addObject()
                  .put("key", level.key())
                  .put("tokens_per_second", level.tokensPerSecond())
                  .put("burst_size", level.burst())
                  .put("current_tokens", level.tokens())
                  .put("last_refilled_at", level.lastRefilledAt().toString()));
    }
    return out;
  }

  private record Found(NamedDatabase database, Level level) {
    String row() {
      return String.format(
              Locale.ROOT,
              "%s\t%.2f\t%d\t%.2f\t%s",
              level.key(),
              level.tokensPerSecond(),
              level.burst(),
              level.tokens(),
              level.lastRefilledAt())
          + column(database.alias());
    }

    /// The column for the database, where there are several.
    String column(String text) {
      return database.isAlone() ? "" : "\t" + text;
    }
  }
}
