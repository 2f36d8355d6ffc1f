package io.reproq.cli.option;

import io.reproq.ReproqBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/// Which queues a worker asks, and how it shares its room between them.
public final class QueueOptions {
  private static final int HEAVIEST = 1000;

  @Option(
      names = "--queues",
      paramLabel = "A,B",
      description =
          "Where to look for work. In a name, * stands for anything and ? for one character: mail-*"
              + " is every queue of such a name, new ones too. Default: QUEUE_NAMES, else default.")
  private String queues = "default";

  @Option(
      names = "--queue-weight",
      paramLabel = "QUEUE=N",
      split = ",",
      description =
          "How much of the room a queue gets while others have work too, in proportion to their"
              + " weights; the queue as it stands in --queues. May be given several times. Default:"
              + " 1.")
  private List<String> weights = new ArrayList<>();

  /// The queues as they were given, at least one.
  ///
  /// @throws CommandFailure when none was
  public List<String> names() {
    var names =
        Arrays.stream(queues.split(",", -1))
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .distinct()
            .toList();
    if (names.isEmpty()) {
      throw new CommandFailure("--queues names no queue, was '" + queues + "'");
    }
    return names;
  }

  /// Tells `builder` to ask the queues of `share`, which are some of them, by their weights.
  ///
  /// @throws CommandFailure when a weight is none, or for a queue that is not asked
  public ReproqBuilder applyTo(ReproqBuilder builder, List<String> share) {
    builder.queues(share.toArray(String[]::new));
    weights()
        .forEach((queue, weight) -> {
          if (share.contains(queue)) {
            builder.weight(queue, weight);
          }
        });
    return builder;
  }

  /// The weights as they were given, by queue.
  ///
  /// @throws CommandFailure when one is none, or for a queue that is not asked
  public Map<String, Integer> weights() {
    var names = names();
    var weighed = new LinkedHashMap<String, Integer>();
    for (var given : weights) {
      // A queue's name may have an = of its own.
      var split = given.lastIndexOf('=');
      if (split < 1) {
        throw new CommandFailure(
            "--queue-weight wants QUEUE=N, such as mail=3, was '" + given + "'");
      }
      var queue = given.substring(0, split).strip();
      if (!names.contains(queue)) {
        throw new CommandFailure(
            "--queue-weight is for '%s', which is none of --queues %s"
                .formatted(queue, String.join(",", names)));
      }
      weighed.put(queue, weight(given.substring(split + 1).strip(), given));
    }
    return weighed;
  }

  private static int weight(String text, String given) {
    if (text.matches("[0-9]{1,4}")) {
      var weight = Integer.parseInt(text);
      if (weight >= 1 && weight <= HEAVIEST) {
        return weight;
      }
    }
    throw new CommandFailure(
        "--queue-weight: a weight must be a whole number from 1 to "
            + HEAVIEST
            + ", was '"
            + given
            + "'");
  }
}
