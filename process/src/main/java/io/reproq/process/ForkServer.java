package io.reproq.process;

import io.reproq.clock.TimeSource;
import io.reproq.json.InvalidJsonException;
import io.reproq.json.JsonReader;
import io.reproq.process.ExecutorConfig.Command;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// One warm process that forks children, from its start to its end. Safe for use by many threads.
///
/// Two virtual threads serve its connection: one writes what all attempts want, which must not do
/// so themselves, because an interrupted thread closes what it writes to; the other reads.
final class ForkServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ForkServer.class);
  private static final int LINE_BYTES = 1 << 20;
  private static final int MESSAGE_CHARACTERS = 4000;
  private static final Duration LAST_WORDS = Duration.ofMillis(500);

  /// The first JSON that a process reads costs it much time on a busy machine.
  private static final Duration LAST_HELLO = Duration.ofSeconds(3);

  private final Site site;
  private final Child process;
  private final Listener listener;
  private final LoggedLines words = new LoggedLines(ForkServer::tell);
  private final CompletableFuture<Hello> hello = new CompletableFuture<>();
  private final LinkedBlockingQueue<String> wishes = new LinkedBlockingQueue<>();
  private final Map<String, ForkedChild> children = new ConcurrentHashMap<>();
  private final long startedNanos = TimeSource.system().nanoTime();
  private volatile boolean retired;

  private ForkServer(Site site, Child process, Listener listener) {
    this.site = site;
    this.process = process;
    this.listener = listener;
  }

  /// Is told what happens to a server. Called on a thread of the server's own.
  interface Listener {
    /// It is gone, and so are its children.
    void gone(ForkServer server);

    /// Its own size.
    void grew(ForkServer server, long rssKb);

    /// A file of a module that it has loaded is not what it was.
    void changed(ForkServer server, String file);
  }

  /// What it says first. As a text it is for people.
  sealed interface Hello {
    record Ready(double preloadSeconds, long rssKb) implements Hello {
      @Override
      public String toString() {
        return String.format(
            Locale.ROOT, "imported all in %.2f s, holds %d MiB", preloadSeconds, rssKb / 1024);
      }
    }

    /// It cannot import what it needs; the message is for who wrote that.
    record Broken(String message) implements Hello {
      @Override
      public String toString() {
        return message;
      }
    }

    /// This platform has no fork.
    record NoFork(String message) implements Hello {
      @Override
      public String toString() {
        return message;
      }
    }
  }

  /// Starts one. [#awaitHello] says what came of it.
  static ForkServer launch(Site site, ExecutorConfig config, Listener listener) throws IOException {
    var process =
        Child.launch(
            site.warden(),
            command(config.command(), site.control().path().toString()),
            Map.of("REPROQ_WORKER_ID", config.workerId()));
    var server = new ForkServer(site, process, listener);
    site.control().expectServers(server::enter);
    var out = Drain.of(process.stdout(), new LoggedLines(ForkServer::tell));
    var err = Drain.of(process.stderr(), server.words);
    process.go().close();
    process.onExit(() -> {
      out.await(LAST_WORDS);
      err.await(LAST_WORDS);
      server.died();
    });
    return server;
  }

  /// What it says first, or why it says nothing.
  Hello awaitHello(Duration limit) {
    return hello
        .copy()
        .completeOnTimeout(
            new Hello.Broken("not ready after " + limit.toSeconds() + "s"),
            limit.toMillis(),
            TimeUnit.MILLISECONDS)
        .join();
  }

  long pid() {
    return process.pid();
  }

  /// When it was started, by the clock that never goes back.
  long startedNanos() {
    return startedNanos;
  }

  /// Its size when it was ready, 0 before.
  long firstRssKb() {
    return hello.getNow(new Hello.Broken("")) instanceof Hello.Ready(var seconds, var rssKb)
        ? rssKb
        : 0;
  }

  /// Asks for a child. It tells by itself when it is ready, or will not be.
  ForkedChild fork() {
    var child = new ForkedChild(this, site);
    children.put(child.key(), child);
    wishes.add("{\"fork\":\"" + child.key() + "\"}\n");
    if (process.isGone()) {
      orphan();
    }
    return child;
  }

  boolean isRetired() {
    return retired;
  }

  /// It gets no more work, and is closed when its children are gone.
  void retire() {
    retired = true;
    closeIfUnused();
  }

  @Override
  public void close() {
    process.end();
  }

  private void closeIfUnused() {
    if (retired && children.isEmpty()) {
      close();
    }
  }

  private void enter(JsonNode first, Connection connection) {
    var said =
        switch (first.path("server").asString("")) {
          case "ready" ->
              new Hello.Ready(
                  first.path("preload_seconds").asDouble(0), first.path("rss_kb").asLong(0));
          case "no-fork" -> new Hello.NoFork(message(first));
          default -> new Hello.Broken(message(first));
        };
    log.debug("fork server: {}", first);
    if (said instanceof Hello.Ready) {
      Thread.ofVirtual().name("reproq-fork-wishes").start(() -> write(connection));
    }
    hello.complete(said);
    if (said instanceof Hello.Ready) {
      read(connection);
    } else {
      connection.close();
    }
  }

  private void read(Connection connection) {
    try (connection) {
      for (var line = connection.readLine(LINE_BYTES);
          line != null;
          line = connection.readLine(LINE_BYTES)) {
        take(JsonReader.read(new ByteArrayInputStream(line)));
      }
    } catch (IOException | InvalidJsonException e) {
      log.warn("fork server: its connection broke: {}", e.getMessage());
    }
    // Without its connection it is of no use.
    process.end();
  }

  private void take(JsonNode message) {
    if (message.has("exited")) {
      var child = children.remove(message.path("exited").asString(""));
      if (child != null) {
        child.exited(exit(message), message.path("max_rss_kb").asLong(0));
      }
      closeIfUnused();
    } else if (message.has("failed")) {
      var child = children.remove(message.path("failed").asString(""));
      if (child != null) {
        child.failed(message(message));
      }
    } else if (message.has("rss_kb")) {
      listener.grew(this, message.path("rss_kb").asLong(0));
    } else if (message.has("changed")) {
      listener.changed(this, message.path("changed").asString(""));
    }
  }

  private void write(Connection connection) {
    var lines = new ArrayList<String>();
    try {
      while (!process.isGone()) {
        var first = wishes.poll(1, TimeUnit.SECONDS);
        if (first != null) {
          lines.add(first);
          wishes.drainTo(lines);
          connection.write(String.join("", lines).getBytes(StandardCharsets.UTF_8));
          lines.clear();
        }
      }
    } catch (IOException e) {
      log.debug("fork server: it takes no more wishes", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void died() {
    process.end();
    // What it said on its connection counts more, and may still be on its way.
    awaitHello(LAST_HELLO);
    var last = words.last();
    hello.complete(
        new Hello.Broken(
            last.isEmpty() ? process.exit().toString() : process.exit() + "; " + last));
    orphan();
    listener.gone(this);
  }

  private void orphan() {
    for (var child : List.copyOf(children.values())) {
      children.remove(child.key());
      child.orphaned();
    }
  }

  private static void tell(String line) {
    log.info("fork server: {}", line);
  }

  private static Exit exit(JsonNode message) {
    var signal = message.path("signal").asInt(0);
    return new Exit(message.path("code").asInt(0), signal);
  }

  private static String message(JsonNode from) {
    return SafeText.of(from.path("message").asString("no reason given"), MESSAGE_CHARACTERS);
  }

  private static List<String> command(Command command, String socket) {
    var all =
        new ArrayList<>(
            List.of(
                command.python(),
                "-m",
                "reproq.forkserver",
                "--socket",
                socket,
                "--executor-module",
                command.module()));
    for (var module : command.preload()) {
      all.add("--preload");
      all.add(module);
    }
    if (command.reload()) {
      all.add("--reload");
    }
    return all;
  }
}
