package io.reproq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reproq.clock.TimeSource;
import io.reproq.server.ServerConfig.Pace;
import io.reproq.server.events.EventFeed;
import io.reproq.server.events.EventFeed.Sizes;
import io.reproq.server.events.TaskEvent;
import io.reproq.server.events.TaskEvent.Level;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Listening to events, through a real socket.
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(30)
final class EventsTest {
  private static final TimeSource TIME = TimeSource.system();

  private final EventFeed feed = new EventFeed(TIME);

  @Test
  void a_listener_hears_at_once_that_it_is_heard_and_then_each_event() throws Exception {
    try (var site = open(Duration.ofSeconds(25))) {
      var answer = site.stream(site.request("/events"));
      try (var lines = Lines.of(answer)) {
        assertThat(answer.headers().firstValue("Content-Type"))
            .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-cache");
        assertThat(lines.next(":")).isEqualTo(": ping");

        feed.publish(event(7, "mail", "w1"));

        assertThat(lines.next("id:")).isEqualTo("id: " + feed.name() + "-1");
        assertThat(lines.next("data:"))
            .isEqualTo(
                "data: {\"ts\":\"2026-01-01T00:00:00.000000007Z\",\"level\":\"info\","
                    + "\"type\":\"task_started\",\"msg\":\"task started\",\"queue\":\"mail\","
                    + "\"task_id\":7,\"worker_id\":\"w1\",\"metadata\":{\"role\":\"worker\"}}");
        assertThat(lines.reader().readLine()).isEmpty();
      }
    }
  }

  @Test
  void an_idle_listener_is_pinged_and_then_hears_the_event() throws Exception {
    try (var site = open(Duration.ofMillis(50));
        var lines = Lines.of(site.stream(site.request("/events")))) {
      for (var i = 0; i < 5; i++) {
        assertThat(lines.next(":")).isEqualTo(": ping");
      }
      feed.publish(event(7, "mail", "w1"));

      assertThat(lines.next("data:")).contains("\"task_id\":7");
    }
  }

  @Test
  @Tag("long")
  @Timeout(120)
  void a_listener_that_was_idle_for_a_minute_hears_the_event() throws Exception {
    try (var site = open(Pace.DEFAULT.ping());
        var lines = Lines.of(site.stream(site.request("/events").timeout(Duration.ofMinutes(2))))) {
      var start = TIME.nanoTime();
      while (Duration.ofNanos(TIME.nanoTime() - start).toSeconds() < 60) {
        assertThat(lines.next(":")).isEqualTo(": ping");
      }
      feed.publish(event(7, "mail", "w1"));

      assertThat(lines.next("data:")).contains("\"task_id\":7");
    }
  }

  @Test
  void who_comes_hears_the_last_200_first() throws Exception {
    for (var i = 1; i <= 203; i++) {
      feed.publish(event(i, "mail", "w1"));
    }
    try (var site = open(Duration.ofSeconds(25));
        var lines = Lines.of(site.stream(site.request("/events")))) {
      for (var i = 4; i <= 203; i++) {
        assertThat(lines.next("data:")).contains("\"task_id\":" + i + ",");
      }
      feed.publish(event(204, "mail", "w1"));
      assertThat(lines.next("data:")).contains("\"task_id\":204,");
    }
  }

  @Test
  void who_comes_back_hears_what_it_missed_and_nothing_twice() throws Exception {
    for (var i = 1; i <= 5; i++) {
      feed.publish(event(i, "mail", "w1"));
    }
    try (var site = open(Duration.ofSeconds(25))) {
      for (var known : Map.of(feed.name() + "-3", 4, "1-3", 1, "nonsense", 1).entrySet()) {
        var request = site.request("/events").header("Last-Event-ID", known.getKey());
        try (var lines = Lines.of(site.stream(request))) {
          assertThat(lines.next("data:")).contains("\"task_id\":" + known.getValue() + ",");
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "?queue=mail, 1",
    "?queue=web, 2",
    "?worker_id=w2, 3",
    "?queue=mail&worker_id=w1&task_id=4, 4",
    "?task_id=2, 2",
    "?task_id=, 1",
    "?queue=mai, 9"
  })
  void a_filter_leaves_out_what_differs(String query, long first) throws Exception {
    feed.publish(event(1, "mail", "w1"));
    feed.publish(event(2, "web", "w1"));
    feed.publish(event(3, "mail", "w2"));
    feed.publish(event(4, "mail", "w1"));
    feed.publish(event(9, "mai", "w1"));
    try (var site = open(Duration.ofSeconds(25));
        var lines = Lines.of(site.stream(site.request("/events" + query)))) {
      assertThat(lines.next("data:")).contains("\"task_id\":" + first + ",");
    }
  }

  @ParameterizedTest
  @CsvSource({"x", "1.5", "99999999999999999999"})
  void a_task_id_is_an_integer(String taskId) throws Exception {
    try (var site = open(Duration.ofSeconds(25))) {
      var answer = site.get("/events?task_id=" + taskId);

      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).isEqualTo("invalid task_id");
    }
  }

  @Test
  void a_HEAD_gets_the_headers_alone() throws Exception {
    try (var site = open(Duration.ofSeconds(25))) {
      var answer = site.raw("HEAD /events HTTP/1.1\r\nHost: a\r\n\r\n");

      assertThat(answer)
          .startsWith("HTTP/1.1 200")
          .contains("Content-Type: text/event-stream")
          .endsWith("\r\n\r\n");
      assertThat(feed.subscribers()).isZero();
    }
  }

  @Test
  void one_who_leaves_is_missed_at_once() throws Exception {
    try (var site = open(Duration.ofSeconds(25))) {
      var socket = new Socket(InetAddress.getLoopbackAddress(), site.server.port());
      socket
          .getOutputStream()
          .write("GET /events HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      await().until(() -> feed.subscribers() == 1);

      socket.close();

      await().atMost(Duration.ofSeconds(5)).until(() -> feed.subscribers() == 0);
    }
  }

  @Test
  void one_who_does_not_read_misses_events_and_holds_up_nobody() throws Exception {
    try (var site = open(Duration.ofSeconds(25));
        var deaf = new Socket(InetAddress.getLoopbackAddress(), site.server.port());
        var lines = Lines.of(site.stream(site.request("/events")))) {
      deaf.getOutputStream()
          .write("GET /events HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      await().until(() -> feed.subscribers() == 2);

      var sent = 0;
      while (feed.dropped() == 0) {
        feed.publish(event(++sent, "x".repeat(10_000), "w1"));
        assertThat(lines.next("data:")).contains("\"task_id\":" + sent + ",");
      }

      assertThat(feed.dropped()).isPositive();
    }
  }

  @Test
  void so_many_may_listen_and_cost_no_thread_each() throws Exception {
    try (var site = open(Duration.ofSeconds(25))) {
      assertThat(site.get("/healthz").statusCode()).isEqualTo(200);
      var before = Thread.getAllStackTraces().size();
      var sockets = new ArrayList<Socket>();
      for (var i = 0; i < Sizes.DEFAULT.subscribers(); i++) {
        sockets.add(listen(site));
      }
      await().until(() -> feed.subscribers() == Sizes.DEFAULT.subscribers());

      var answer = site.get("/events");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).isEqualTo("too many subscribers");
      assertThat(Thread.getAllStackTraces()).hasSizeLessThan(before + 20);

      for (var socket : sockets) {
        socket.close();
      }
      await().until(() -> feed.subscribers() == 0);
    }
  }

  @Test
  void a_server_that_closes_ends_the_streams() throws Exception {
    var site = open(Duration.ofSeconds(25));
    try (var lines = Lines.of(site.stream(site.request("/events")))) {
      assertThat(lines.next(":")).isEqualTo(": ping");
      site.server.close();

      assertThat(feed.subscribers()).isZero();
      await().until(() -> lines.reader().read() == '\n' && lines.reader().read() == -1);
    } finally {
      site.close();
    }
  }

  private static Socket listen(Site site) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), site.server.port());
    var request = "GET /events HTTP/1.1\r\nHost: a\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private Site open(Duration ping) throws ServerStartException {
    var pace = Pace.DEFAULT.withPing(ping);
    return Site.open(Site.LOCAL.withPace(pace), Site.doors(feed), TIME);
  }

  private static TaskEvent event(long taskId, String queue, String worker) {
    return new TaskEvent(
        Instant.parse("2026-01-01T00:00:00Z").plusNanos(taskId),
        Level.INFO,
        "task_started",
        "task started",
        queue,
        taskId,
        worker,
        Map.of("role", "worker"));
  }
}
