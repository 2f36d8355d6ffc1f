package io.reproq.bench;

import io.reproq.bench.Side.Role;
import java.util.List;

/// What a scenario came to.
record Report(String scenario, String summary, Machine machine, Options settings, List<Row> rows) {

  /// One value of one side.
  ///
  /// @param measure what it is, with its unit
  /// @param toCeiling round by round divided by the same value of the ceiling
  record Row(
      String side,
      Role role,
      String measure,
      double median,
      double least,
      double most,
      double toCeiling,
      double toCeilingLeast,
      double toCeilingMost,
      List<Double> values) {

    static Row of(Side side, String measure, Series series, Series ceiling) {
      var ratio = series.over(ceiling);
      return new Row(
          side.name(),
          side.role(),
          measure,
          series.median(),
          series.least(),
          series.most(),
          ratio.median(),
          ratio.least(),
          ratio.most(),
          series.values());
    }
  }

  /// For people.
  String table() {
    var text = new StringBuilder();
    text.append("%s: %s%n".formatted(scenario, summary));
    text.append(
        "%s, %d cores, %d GiB, %s%n"
            .formatted(machine.cpu(), machine.cores(), machine.memoryGib(), machine.kernel()));
    text.append(
        "%s %s, load %.1f%n"
            .formatted(machine.jdk(), String.join(" ", machine.jvm()), machine.load()));
    text.append(
        "%d rounds after %d to warm up, %d tasks a round, batches of %d, concurrency %d%n%n"
            .formatted(
                settings.rounds(),
                settings.warmup(),
                settings.tasks(),
                settings.batch(),
                settings.concurrency()));
    var line = "%-34s %-8s %12s %25s %22s%n";
    text.append(line.formatted("side", "measure", "median", "min – max", "to ceiling (min – max)"));
    for (var row : rows) {
      var ratio =
          "%.2f (%.2f – %.2f)".formatted(row.toCeiling, row.toCeilingLeast, row.toCeilingMost);
      text.append(
          line.formatted(
              row.side,
              row.measure,
              number(row.median),
              number(row.least) + " – " + number(row.most),
              row.role == Role.CEILING ? "ceiling" : ratio));
    }
    return text.toString();
  }

  private static String number(double value) {
    return value < 1000 ? "%.3f".formatted(value) : "%,.0f".formatted(value);
  }
}
