package io.reproq.server.events;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// One who hears of events: first of those before it came, then of each as it happens, unless it
/// lags too far behind. One thread takes, any may end it.
public final class Subscription implements AutoCloseable {
  private final EventFeed feed;
  private final EventFilter filter;
  private final List<NumberedEvent> replay;
  private final BlockingQueue<Told> waiting;
  private final LongAdder dropped = new LongAdder();
  private volatile boolean ended;

  Subscription(EventFeed feed, EventFilter filter, List<NumberedEvent> replay, int buffer) {
    this.feed = feed;
    this.filter = filter;
    this.replay = List.copyOf(replay);
    this.waiting = new ArrayBlockingQueue<>(buffer);
  }

  /// What happened before, oldest first.
  public List<NumberedEvent> replay() {
    return replay;
  }

  /// The next event, null when none came for so long, or none will come any more.
  public @Nullable NumberedEvent next(Duration atMost) throws InterruptedException {
    if (ended) {
      return null;
    }
    var told = waiting.poll(atMost.toNanos(), TimeUnit.NANOSECONDS);
    return told instanceof Told.Event(var event) ? event : null;
  }

  /// Whether nothing more will come.
  public boolean isEnded() {
    return ended;
  }

  /// How many events it missed because too many waited for it.
  public long dropped() {
    return dropped.sum();
  }

  /// Ends it, and wakes who waits for an event.
  @Override
  public void close() {
    ended = true;
    feed.remove(this);
    // A full queue wakes the one who waits as well.
    var ignored = waiting.offer(new Told.End());
  }

  /// Hands over `event`, if it is wanted.
  ///
  /// @return false when it is wanted, and dropped
  boolean offer(NumberedEvent event) {
    if (!filter.matches(event.event()) || waiting.offer(new Told.Event(event))) {
      return true;
    }
    dropped.increment();
    return false;
  }

  private sealed interface Told {
    record Event(NumberedEvent event) implements Told {}

    record End() implements Told {}
  }
}
