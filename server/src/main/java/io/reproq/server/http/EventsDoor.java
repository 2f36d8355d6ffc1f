package io.reproq.server.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.reproq.server.events.EventFeed;
import io.reproq.server.events.EventFilter;
import io.reproq.server.events.Subscription;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells events as they happen, for as long as the client listens. The thread of the request waits
/// with it: it is a virtual one.
public final class EventsDoor implements Handler {
  private static final Logger log = LoggerFactory.getLogger(EventsDoor.class);

  private final @Nullable EventFeed feed;
  private final Duration ping;

  /// @param feed null when there are none to tell
  /// @param ping how long a stream may be silent
  public EventsDoor(@Nullable EventFeed feed, Duration ping) {
    this.feed = feed;
    this.ping = ping;
  }

  @Override
  public void handle(Context ctx) throws IOException, InterruptedException {
    if (feed == null) {
      refuse(ctx, 404, "events not configured");
      return;
    }
    EventFilter filter;
    try {
      filter = filter(ctx);
    } catch (NumberFormatException e) {
      refuse(ctx, 400, "invalid task_id");
      return;
    }
    if (ctx.method().equals(HandlerType.HEAD)) {
      headers(ctx);
      return;
    }
    var after = EventStream.numberOf(ctx.header("Last-Event-ID"), feed.name());
    var subscription = feed.subscribe(filter, after);
    if (subscription.isEmpty()) {
      refuse(ctx, 503, "too many subscribers");
      return;
    }
    try (var subscribed = subscription.get()) {
      tell(ctx, subscribed, feed.name());
    }
  }

  private void tell(Context ctx, Subscription subscription, String name)
      throws IOException, InterruptedException {
    headers(ctx);
    var stream = new EventStream(ctx.res().getOutputStream(), name);
    Departure.watch(ctx.req(), subscription::close);
    try {
      stream.ping();
      for (var event : subscription.replay()) {
        stream.write(event);
      }
      stream.flush();
      while (!subscription.isEnded()) {
        var event = subscription.next(ping);
        if (event != null) {
          stream.write(event);
          stream.flush();
        } else if (!subscription.isEnded()) {
          stream.ping();
        }
      }
    } catch (IOException e) {
      log.debug("a listener has left", e);
    }
    if (subscription.dropped() > 0) {
      log.info("a listener was too slow for {} events", subscription.dropped());
    }
  }

  private static void headers(Context ctx) {
    ctx.contentType("text/event-stream")
        .header("Cache-Control", "no-cache")
        // Proxies that gather what they pass on would keep events back.
        .header("X-Accel-Buffering", "no")
        .header("Connection", "close");
  }

  private static void refuse(Context ctx, int status, String why) {
    ctx.status(status).contentType(Paths.PLAIN).result(why);
  }

  private static EventFilter filter(Context ctx) {
    var taskId = value(ctx, "task_id");
    return new EventFilter(
        value(ctx, "queue"), value(ctx, "worker_id"), taskId == null ? null : Long.valueOf(taskId));
  }

  /// Null for an empty one, which filters nothing.
  private static @Nullable String value(Context ctx, String name) {
    var value = ctx.queryParam(name);
    return value == null || value.isEmpty() ? null : value;
  }
}
