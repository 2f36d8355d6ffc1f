package io.reproq.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One value, measured in every round.
///
/// @param values in the order of the rounds, at least one
record Series(List<Double> values) {
  Series {
    values = List.copyOf(values);
  }

  double median() {
    return quantile(0.5);
  }

  double least() {
    return quantile(0);
  }

  double most() {
    return quantile(1);
  }

  /// The value below which `share` (0 to 1) of all lie; the upper of two that are equally near.
  double quantile(double share) {
    var sorted = values.stream().sorted().toList();
    var at = (int) Math.floor(share * sorted.size());
    return sorted.get(Math.min(at, sorted.size() - 1));
  }

  /// The usual points of the distribution of milliseconds, by names that begin with `what`.
  Map<String, Double> quantiles(String what) {
    var quantiles = new LinkedHashMap<String, Double>();
    quantiles.put(what + " p50 ms", median());
    quantiles.put(what + " p90 ms", quantile(0.9));
    quantiles.put(what + " p99 ms", quantile(0.99));
    quantiles.put(what + " max ms", most());
    return quantiles;
  }

  /// Round by round, this divided by `other`.
  Series over(Series other) {
    var ratios = new ArrayList<Double>(values.size());
    for (var i = 0; i < values.size(); i++) {
      ratios.add(values.get(i) / other.values.get(i));
    }
    return new Series(ratios);
  }
}
