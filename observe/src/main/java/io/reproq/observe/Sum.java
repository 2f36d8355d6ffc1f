package io.reproq.observe;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToDoubleFunction;

/// Adds up what several databases tell. Safe for use by many threads.
///
/// @param <T> who tells for a database
final class Sum<T> {
  private final List<T> all = new CopyOnWriteArrayList<>();

  void add(T one) {
    all.add(one);
  }

  /// The sum of a number of each; not a number while one does not know its own, or there are none.
  double of(ToDoubleFunction<T> number) {
    return all.isEmpty() ? Double.NaN : all.stream().mapToDouble(number).reduce(0, Double::sum);
  }
}
