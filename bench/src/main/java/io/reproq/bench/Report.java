package io.reproq.bench;

import io.reproq.bench.Side.Role;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a scenario came to.
///
/// @param statements what the database says that statements cost in the last round
record Report(
    String scenario, String summary, About about, List<Row> rows, List<StatementCost> statements) {

  /// Where and how it was measured.
  ///
  /// @param database version and settings of the server; empty where there is none
  /// @param settings of the scenario
  record About(Machine machine, Map<String, String> database, Map<String, Integer> settings) {}

  /// One value of one side.
  ///
  /// @param measure what it is, with its unit
  /// @param toCeiling round by round divided by the same value of the ceiling; null where the
  ///   ceiling has none
  record Row(
      String side,
      Role role,
      String measure,
      double median,
      double least,
      double most,
      @Nullable Double toCeiling,
      @Nullable Double toCeilingLeast,
      @Nullable Double toCeilingMost,
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
          finite(ratio.median()),
          finite(ratio.least()),
          finite(ratio.most()),
          series.values());
    }

    private static @Nullable Double finite(double value) {
      return Double.isFinite(value) ? (Double) value : null;
    }

    private String comparison() {
      if (role == Role.CEILING) {
        return "ceiling";
      }
      return toCeiling == null
          ? ""
          : "%.2f (%.2f – %.2f)".formatted(toCeiling, toCeilingLeast, toCeilingMost);
    }
  }

  /// For people.
  String table() {
    var text = new StringBuilder();
    text.append("%s: %s%n".formatted(scenario, summary));
    var machine = about.machine();
    text.append(
        "%s, %d cores, %d GiB, %s%n"
            .formatted(machine.cpu(), machine.cores(), machine.memoryGib(), machine.kernel()));
    text.append(
        "%s %s, load %.1f%n"
            .formatted(machine.jdk(), String.join(" ", machine.jvm()), machine.load()));
    if (!about.database().isEmpty()) {
      text.append(joined(about.database(), " = ")).append(System.lineSeparator());
    }
    text.append("%s%n%n".formatted(joined(about.settings(), " ")));
    var line = "%-34s %-24s %12s %25s %22s%n";
    text.append(line.formatted("side", "measure", "median", "min – max", "to ceiling (min – max)"));
    for (var row : rows) {
      text.append(
          line.formatted(
              row.side,
              row.measure,
              number(row.median),
              number(row.least) + " – " + number(row.most),
              row.comparison()));
    }
    return text.append(statementTable()).toString();
  }

  private String statementTable() {
    if (statements.isEmpty()) {
      return "";
    }
    var line = "%-20s %-60s %8s %7s %9s %9s %6s %10s%n";
    return "%nStatements of the last round, as the server counts them (+ insert, - delete, ~ update):%n"
            .formatted()
        + line.formatted(
            "side", "statement", "calls", "rows", "ms", "plan ms", "share", "WAL bytes")
        + statements.stream()
            .map(cost ->
                line.formatted(
                    cost.side(),
                    cost.statement(),
                    "%,d".formatted(cost.calls()),
                    "%,.0f".formatted(cost.rows()),
                    "%.3f".formatted(cost.milliseconds()),
                    "%.3f".formatted(cost.planning()),
                    "%.0f %%".formatted(100 * cost.share()),
                    "%,.0f".formatted(cost.walBytes())))
            .collect(Collectors.joining());
  }

  private static String joined(Map<String, ?> values, String between) {
    return values.entrySet().stream()
        .map(entry -> entry.getKey() + between + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String number(double value) {
    return value < 1000 ? "%.3f".formatted(value) : "%,.0f".formatted(value);
  }
}
