package io.reproq.cli.torture;

import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// What is said at the end.
///
/// @param kills worker processes that were killed
/// @param took from before the first task was enqueued until all were over, the start of workers
///   included
record Report(
    String database, long seed, String queue, int kills, Duration took, Findings findings) {
  private static final int MOST_SHOWN = 20;

  JsonNode toJson() {
    var out = JsonNodeFactory.instance.objectNode();
    out.put("database", database).put("seed", seed).put("queue_name", queue);
    var statuses = out.putObject("statuses");
    for (var status : TaskStatus.values()) {
      statuses.put(status.name().toLowerCase(Locale.ROOT), findings.count(status));
    }
    out.put("attempts", findings.attempts()).put("kills", kills);
    out.put("seconds", seconds()).put("per_second", perSecond());
    out.put("unknown_spans", findings.unknown());
    out.put("violation_count", findings.violations().size());
    var list = out.putArray("violations");
    findings.violations().stream().limit(MOST_SHOWN).forEach(list::add);
    return out;
  }

  String toText() {
    var end = System.lineSeparator();
    var statuses =
        Arrays.stream(TaskStatus.values())
            .filter(status -> findings.count(status) > 0)
            .map(status -> status + " " + findings.count(status))
            .collect(Collectors.joining(", "));
    var head =
        String.format(
            Locale.ROOT,
            "%s, queue %s, seed %d%n%s; %d attempt(s), %d kill(s), %.1f s, %.1f tasks/s%n",
            database,
            queue,
            seed,
            statuses,
            findings.attempts(),
            kills,
            seconds(),
            perSecond());
    var unknown =
        findings.unknown() == 0
            ? ""
            : "keys: not checked for %d attempt(s), whose start or end is not kept%n"
                .formatted(findings.unknown());
    var violations = findings.violations();
    var verdict = violations.isEmpty() ? "all promises held" : violations.size() + " violation(s)";
    var shown = violations.stream().limit(MOST_SHOWN).map(each -> end + each);
    return head + unknown + verdict + shown.collect(Collectors.joining());
  }

  private double seconds() {
    return took.toMillis() / 1e3;
  }

  private double perSecond() {
    return took.isZero() ? 0 : Math.round(findings.over() * 1e10 / took.toNanos()) / 10.0;
  }
}
