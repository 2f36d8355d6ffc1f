package io.reproq.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/// Makes the meters of one name, one for each value of their labels, when they are first wanted. A
/// registry would find them too, but not as cheaply. Safe for use by many threads.
///
/// @param <K> the values of their labels
/// @param <M> a kind of meter
final class Meters<K, M> {
  private final Map<K, M> made = new ConcurrentHashMap<>();
  private final Function<K, M> make;

  private Meters(Function<K, M> make) {
    this.make = make;
  }

  /// Counters with one label.
  static Meters<String, Counter> counters(
      MeterRegistry registry, String name, String help, String label) {
    return new Meters<>(
        value -> Counter.builder(name).description(help).tag(label, value).register(registry));
  }

  /// Histograms with one label.
  static Meters<String, Timer> histograms(
      MeterRegistry registry, String name, String help, String label, Duration[] buckets) {
    return new Meters<>(value ->
        Timer.builder(name)
            .description(help)
            .tag(label, value)
            .serviceLevelObjectives(buckets)
            .register(registry));
  }

  /// Meters of any kind.
  static <K, M> Meters<K, M> of(Function<K, M> make) {
    return new Meters<>(make);
  }

  /// A gauge without labels, which lives as long as the registry.
  static void gauge(MeterRegistry registry, String name, String help, Supplier<Number> value) {
    Gauge.builder(name, value).description(help).strongReference(true).register(registry);
  }

  M with(K values) {
    var known = made.get(values);
    return known == null ? made.computeIfAbsent(values, make) : known;
  }

  /// The values of two labels.
  record Pair(String first, String second) {}
}
