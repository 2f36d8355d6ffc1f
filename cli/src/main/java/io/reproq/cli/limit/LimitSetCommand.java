package io.reproq.cli.limit;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.RateLimit;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq limit set`.
@Command(
    name = "set",
    header = "Set a limit, and fill its bucket.",
    footer = {
      "",
      "Examples:",
      "  reproq limit set --key queue:mail --rate 5 --burst 10",
      "  reproq limit set --key task:sample.greet --rate 0.5",
      "  reproq limit set --key global --rate 0"
    })
final class LimitSetCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  @Option(
      names = "--key",
      required = true,
      paramLabel = "KEY",
      description = "What is limited: task:PATH, queue:NAME or global.")
  private String key = "";

  @Option(
      names = "--rate",
      paramLabel = "R",
      description =
          "How many tasks start in a second in the long run, fractions too; 0 for no limit."
              + " Default: 0.")
  private double rate;

  @Option(
      names = "--burst",
      paramLabel = "N",
      description = "How many may start at once after a rest. Default: ${DEFAULT-VALUE}.")
  private int burst = 1;

  LimitSetCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    var limit = new RateLimit(key, rate, burst);
    try (var store = LimitKey.database(key, database).open()) {
      store.limits().set(limit);
    }
    answer.give(
        () ->
            JsonNodeFactory.instance
                .objectNode()
                .put("key", key)
                .put("tokens_per_second", rate)
                .put("burst_size", burst),
        () ->
            String.format(
                Locale.ROOT, "Set rate limit %s: %.2f tokens/sec, burst %d", key, rate, burst));
  }
}
