package io.reproq.bench;

import io.reproq.bench.Side.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Takes the sides of a scenario in turn, round after round, so that what the machine does
/// meanwhile meets all of them alike.
final class Rounds {
  private final Scenario scenario;
  private final Options options;

  Rounds(Scenario scenario, Options options) {
    this.scenario = scenario;
    this.options = options;
  }

  Report run() throws Exception {
    var machine = Machine.here();
    try (var stage = scenario.stage(options)) {
      for (var round = 1; round <= options.get(Setting.WARMUP); round++) {
        for (var side : stage.sides(options.warming())) {
          take(side, "warm-up");
        }
      }
      var sides = stage.sides(options);
      var taken = new LinkedHashMap<Side, List<Map<String, Double>>>();
      for (var round = 1; round <= options.get(Setting.ROUNDS); round++) {
        for (var side : sides) {
          taken.computeIfAbsent(side, key -> new ArrayList<>()).add(take(side, "round " + round));
        }
      }
      var about = new Report.About(machine, stage.about(), options.labelled());
      return new Report(
          scenario.name(), scenario.summary(), about, rows(taken), stage.statements());
    }
  }

  private static Map<String, Double> take(Side side, String round) throws Exception {
    // What the side before left behind is not this one's to clear away.
    System.gc();
    var values = side.measurement().take();
    System.err.println(round + " " + side.name() + " " + values);
    return values;
  }

  private static List<Report.Row> rows(Map<Side, List<Map<String, Double>>> taken) {
    var sides = List.copyOf(taken.keySet());
    var rows = new ArrayList<Report.Row>();
    taken.forEach((side, values) -> {
      var ceiling = taken.getOrDefault(ceiling(sides, sides.indexOf(side)), List.of());
      for (var measure : values.getFirst().keySet()) {
        rows.add(Report.Row.of(side, measure, series(values, measure), series(ceiling, measure)));
      }
    });
    return rows;
  }

  /// What the side at `index` is compared with: the next ceiling, or else the last one.
  private static Side ceiling(List<Side> sides, int index) {
    var ceilings = sides.stream().filter(side -> side.role() == Role.CEILING).toList();
    return ceilings.stream()
        .filter(side -> sides.indexOf(side) >= index)
        .findFirst()
        .orElseGet(ceilings::getLast);
  }

  /// The values of `measure`, not a number where it was not measured.
  private static Series series(List<Map<String, Double>> values, String measure) {
    return new Series(
        values.stream().map(value -> value.getOrDefault(measure, Double.NaN)).toList());
  }
}
