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
    var sides = scenario.sides(options);
    var taken = new LinkedHashMap<Side, List<Map<String, Double>>>();
    for (var round = -options.warmup(); round < options.rounds(); round++) {
      for (var side : sides) {
        // What the side before left behind is not this one's to clear away.
        System.gc();
        var values = side.measurement().take();
        if (round >= 0) {
          taken.computeIfAbsent(side, key -> new ArrayList<>()).add(values);
        }
        System.err.println(
            (round < 0 ? "warm-up" : "round " + (round + 1)) + " " + side.name() + " " + values);
      }
    }
    return new Report(scenario.name(), scenario.summary(), machine, options, rows(taken));
  }

  private static List<Report.Row> rows(Map<Side, List<Map<String, Double>>> taken) {
    var ceiling =
        taken.keySet().stream()
            .filter(side -> side.role() == Role.CEILING)
            .findFirst()
            .map(taken::get)
            .orElseThrow(() -> new IllegalStateException("a scenario needs a ceiling"));
    var rows = new ArrayList<Report.Row>();
    taken.forEach((side, values) -> {
      for (var measure : values.getFirst().keySet()) {
        rows.add(Report.Row.of(side, measure, series(values, measure), series(ceiling, measure)));
      }
    });
    return rows;
  }

  private static Series series(List<Map<String, Double>> values, String measure) {
    return new Series(values.stream().map(value -> value.get(measure)).toList());
  }
}
