package io.reproq.server.events;

import io.reproq.clock.TimeSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/// The events of this process: the latest are kept, and told to whoever subscribes. Publishing
/// waits for nobody. Safe for use by many threads.
public final class EventFeed implements AutoCloseable {
  private final Sizes sizes;
  private final String name;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<NumberedEvent> ring = new ArrayDeque<>();
  private final List<Subscription> subscribers = new CopyOnWriteArrayList<>();
  private final LongAdder dropped = new LongAdder();
  private long last;
  private boolean closed;

  /// A feed of the usual sizes.
  public EventFeed(TimeSource time) {
    this(Sizes.DEFAULT, time);
  }

  public EventFeed(Sizes sizes, TimeSource time) {
    this.sizes = sizes;
    this.name = Long.toHexString(time.now().toEpochMilli());
  }

  /// Other than that of any process before, so that numbers of theirs are not taken for ours.
  public String name() {
    return name;
  }

  /// Tells every subscriber that wants it and has room.
  public void publish(TaskEvent event) {
    lock.lock();
    try {
      var numbered = new NumberedEvent(++last, event);
      if (ring.size() == sizes.ring()) {
        ring.removeFirst();
      }
      ring.addLast(numbered);
      for (var subscriber : subscribers) {
        if (!subscriber.offer(numbered)) {
          dropped.increment();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /// One more who hears of what `filter` wants.
  ///
  /// @param after the number of the last event that it knows, 0 for none
  /// @return nothing when there are too many, or the feed is closed
  public Optional<Subscription> subscribe(EventFilter filter, long after) {
    lock.lock();
    try {
      if (closed || subscribers.size() >= sizes.subscribers()) {
        return Optional.empty();
      }
      var replay =
          ring.stream()
              .filter(known -> known.number() > after && filter.matches(known.event()))
              .toList();
      var subscription = new Subscription(this, filter, replay, sizes.buffer());
      subscribers.add(subscription);
      return Optional.of(subscription);
    } finally {
      lock.unlock();
    }
  }

  public int subscribers() {
    return subscribers.size();
  }

  /// How many events did not reach a subscriber that wanted them.
  public long dropped() {
    return dropped.sum();
  }

  /// Ends all subscriptions; none are made any more.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    subscribers.forEach(Subscription::close);
  }

  void remove(Subscription subscription) {
    subscribers.remove(subscription);
  }

  /// How much a feed holds.
  ///
  /// @param ring events that are kept
  /// @param buffer events that may wait for one subscriber
  /// @param subscribers at the most
  public record Sizes(int ring, int buffer, int subscribers) {
    public static final Sizes DEFAULT = new Sizes(200, 50, 100);
  }
}
