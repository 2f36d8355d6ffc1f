package io.reproq.memory;

import io.reproq.schedule.Overlap;
import io.reproq.schedule.Schedule;
import io.reproq.schedule.Schedule.Times;
import io.reproq.schedule.Turn;
import io.reproq.store.DueSchedules;
import io.reproq.store.NewTask;
import io.reproq.store.ScheduleRow;
import io.reproq.store.Schedules;
import io.reproq.store.Ticked;
import io.reproq.task.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// Schedules in memory. Read and written under the store's lock only.
final class MemorySchedules implements Schedules {
  private final Places places;
  private final Transactions transactions;
  private final Map<String, Entry> entries = new TreeMap<>();

  MemorySchedules(Places places, Transactions transactions) {
    this.places = places;
    this.transactions = transactions;
  }

  @Override
  public List<ScheduleRow> list() {
    return transactions.run(now -> entries.values().stream().map(entry -> entry.row).toList());
  }

  @Override
  public Optional<ScheduleRow> find(String name) {
    return transactions.run(now -> Optional.ofNullable(entries.get(name)).map(entry -> entry.row));
  }

  @Override
  public ScheduleRow set(Schedule schedule) {
    schedule.check();
    return transactions.run(now -> {
      var known = entries.get(schedule.name());
      var next = known == null ? schedule.next(now) : known.row.nextRunOf(schedule, now);
      var last = known == null ? null : known.row.times().lastRunAt();
      var version = known == null ? 1 : known.row.version() + 1;
      var row = new ScheduleRow(schedule, new Times(last, next, now), version, null);
      if (known == null) {
        entries.put(schedule.name(), new Entry(row));
      } else {
        known.change(row);
      }
      return row;
    });
  }

  @Override
  public boolean remove(String name) {
    return transactions.run(now -> entries.remove(name) != null);
  }

  @Override
  public boolean enable(String name, boolean wanted) {
    return transactions.run(now -> {
      var entry = entries.get(name);
      if (entry == null) {
        return false;
      }
      var row = entry.row;
      var changed = row.schedule().withEnabled(wanted);
      var next = wanted ? row.nextRunOf(changed, now) : row.times().nextRunAt();
      var times = new Times(row.times().lastRunAt(), next, now);
      entry.change(new ScheduleRow(changed, times, row.version() + 1, null));
      return true;
    });
  }

  @Override
  public OptionalLong runNow(String name) {
    return transactions.run(now -> {
      var entry = entries.get(name);
      if (entry == null) {
        return OptionalLong.empty();
      }
      var time = Turn.beside(now);
      var id = enqueue(entry.row.schedule(), time, now);
      entry.ticks.put(time, id);
      return OptionalLong.of(id);
    });
  }

  @Override
  public DueSchedules due(int limit) {
    return transactions.run(now -> {
      var due = new ArrayList<ScheduleRow>();
      Instant later = null;
      for (var entry : entries.values()) {
        var row = entry.row;
        if (!row.schedule().enabled() || entry.isPaused(now)) {
          continue;
        }
        var next = Objects.requireNonNullElse(row.times().nextRunAt(), Instant.MIN);
        if (!next.isAfter(now)) {
          due.add(row);
        } else if (later == null || next.isBefore(later)) {
          later = next;
        }
      }
      due.sort(
          Comparator.comparing(
              row -> Objects.requireNonNullElse(row.times().nextRunAt(), Instant.MIN)));
      return new DueSchedules(
          now,
          due.subList(0, Math.min(limit, due.size())),
          later == null ? null : Duration.between(now, later));
    });
  }

  @Override
  public Ticked tick(ScheduleRow seen, Turn turn) {
    return transactions.run(now -> {
      var entry = unchanged(seen);
      if (entry == null || !seen.schedule().enabled()) {
        return new Ticked.Stale();
      }
      var isSkipped =
          seen.schedule().overlap() == Overlap.SKIP
              && entry.ticks.values().stream().anyMatch(this::isOpen);
      var runs = new ArrayList<Ticked.Run>();
      var skipped = new ArrayList<Instant>();
      for (var tick : turn.ticks()) {
        if (entry.ticks.containsKey(tick)) {
          continue;
        }
        if (isSkipped) {
          entry.ticks.put(tick, 0L);
          skipped.add(tick);
        } else {
          var id = enqueue(seen.schedule(), tick, now);
          entry.ticks.put(tick, id);
          runs.add(new Ticked.Run(tick, id));
        }
      }
      var last = runs.isEmpty() ? seen.times().lastRunAt() : runs.getLast().scheduledAt();
      var times = new Times(last, turn.next(), seen.times().changedAt());
      entry.change(new ScheduleRow(seen.schedule(), times, seen.version() + 1, null));
      if (last != null) {
        entry.forget(last.minus(Schedules.TICKS_KEPT), this::isOpen);
      }
      return new Ticked.Done(runs, skipped);
    });
  }

  @Override
  public void fail(ScheduleRow seen, String reason) {
    transactions.run(now -> {
      var entry = unchanged(seen);
      if (entry != null) {
        entry.change(new ScheduleRow(seen.schedule(), seen.times(), seen.version() + 1, reason));
        entry.failedAt = now;
      }
      return seen;
    });
  }

  private @Nullable Entry unchanged(ScheduleRow seen) {
    var entry = entries.get(seen.name());
    return entry != null && entry.row.equals(seen) ? entry : null;
  }

  private long enqueue(Schedule schedule, Instant scheduledAt, Instant now) {
    return places.add(NewTask.of(schedule.spec(scheduledAt)), now, null).id;
  }

  private boolean isOpen(long resultId) {
    var row = places.rows.get(resultId);
    return row != null && !(row.place instanceof Place.Finished);
  }

  /// A schedule and what it has enqueued of late, by time; 0 for nothing.
  private static final class Entry {
    final Map<Instant, Long> ticks = new TreeMap<>();
    ScheduleRow row;
    @Nullable Instant failedAt;

    Entry(ScheduleRow row) {
      this.row = row;
    }

    void change(ScheduleRow changed) {
      row = changed;
      failedAt = null;
    }

    boolean isPaused(Instant now) {
      return failedAt != null && now.isBefore(failedAt.plus(Schedules.FAILED_PAUSE));
    }

    void forget(Instant before, LongPredicate isOpen) {
      ticks
          .entrySet()
          .removeIf(tick -> tick.getKey().isBefore(before) && !isOpen.test(tick.getValue()));
    }
  }

  /// Runs something under the store's lock, at the store's time.
  @FunctionalInterface
  interface Transactions {
    <T> T run(Function<Instant, T> body);
  }
}
