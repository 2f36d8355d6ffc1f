package io.reproq.process;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What an executor counts. Safe for use by many threads.
public final class ExecutorMetrics {
  private final Map<Count, LongAdder> counts = new EnumMap<>(Count.class);
  private final Map<Size, Spread> sizes = new EnumMap<>(Size.class);

  ExecutorMetrics() {
    for (var count : Count.values()) {
      counts.put(count, new LongAdder());
    }
    for (var size : Size.values()) {
      sizes.put(size, new Spread());
    }
  }

  /// What happened.
  public enum Count {
    /// A task was refused for its path.
    REFUSED,
    /// A process was spawned for a task.
    SPAWNED,
    /// A process could not be started, or forked.
    NOT_STARTED,
    /// A child was forked.
    FORKED,
    /// A group got TERM.
    TERMINATED,
    /// A group did not heed TERM in time, and got KILL.
    KILLED,
    /// A child ended without an envelope that can be read.
    ENVELOPE_ERROR,
    /// A fork server was started after the first.
    SERVER_RESTARTED,
    /// A platform without fork runs tasks in spawned processes.
    FALLBACK
  }

  /// What was measured.
  public enum Size {
    /// From the wish for a process until it waits for its word to begin.
    START_MICROS,
    /// From the wish for a child to its readiness.
    FORK_MICROS,
    /// Tasks that a forked child took in its life.
    TASKS_PER_CHILD,
    /// The most memory that a forked child had in its life.
    CHILD_MAX_RSS_KB
  }

  /// How many values there were, their sum, and the greatest.
  public record Values(long count, long sum, long most) {
    private static final Values NONE = new Values(0, 0, 0);

    /// Zero where there is none.
    public double mean() {
      return count == 0 ? 0 : (double) sum / count;
    }
  }

  /// All of it at one moment.
  public record Snapshot(Map<Count, Long> counts, Map<Size, Values> sizes) {
    public Snapshot {
      counts = Map.copyOf(counts);
      sizes = Map.copyOf(sizes);
    }

    public long count(Count what) {
      return counts.getOrDefault(what, 0L);
    }

    public Values size(Size what) {
      return sizes.getOrDefault(what, Values.NONE);
    }

    /// One line that leaves out what did not happen.
    @Override
    public String toString() {
      var happened =
          Arrays.stream(Count.values())
              .filter(what -> count(what) > 0)
              .map(what -> name(what) + " " + count(what));
      var measured =
          Arrays.stream(Size.values())
              .filter(what -> size(what).count() > 0)
              .map(what ->
                  "%s mean %.0f most %d"
                      .formatted(name(what), size(what).mean(), size(what).most()));
      var all = Stream.concat(happened, measured).collect(Collectors.joining(", "));
      return all.isEmpty() ? "nothing was started" : all;
    }

    private static String name(Enum<?> what) {
      return what.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /// What was counted so far.
  public Snapshot snapshot() {
    return new Snapshot(
        counts.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().sum())),
        sizes.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().values())));
  }

  void count(Count what) {
    Objects.requireNonNull(counts.get(what)).increment();
  }

  void measure(Size what, long value) {
    Objects.requireNonNull(sizes.get(what)).add(value);
  }
}
