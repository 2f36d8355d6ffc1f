package io.reproq.process;

import io.reproq.process.ExecutorMetrics.Count;
import io.reproq.process.ExecutorMetrics.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A process that a fork server has forked, or is about to.
///
/// It is ready when it has said its number: the warden knows its group from then on, and no task is
/// sent before. It is gone when the server says so, or is gone itself; nothing of the group is left
/// then.
///
/// One attempt has it at a time.
final class ForkedChild {
  private static final int CHUNK = 16_384;

  /// Whoever still holds a connection of a child that is gone holds up nobody for longer.
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private static final Duration END = Duration.ofMillis(200);

  private final String key = UUID.randomUUID().toString();
  private final ForkServer server;
  private final Site site;
  private final MarkedOutput output = new MarkedOutput();
  private final CompletableFuture<Connection> ready = new CompletableFuture<>();
  private final CompletableFuture<Exit> gone = new CompletableFuture<>();
  private volatile @Nullable Connection outputConnection;
  private volatile long pid;
  private int tasks;

  ForkedChild(ForkServer server, Site site) {
    this.server = server;
    this.site = site;
    site.control().expect(key, this::enter);
  }

  String key() {
    return key;
  }

  ForkServer server() {
    return server;
  }

  MarkedOutput output() {
    return output;
  }

  /// Waits until it is ready.
  ///
  /// @throws IOException when it will not be, or not in time
  void awaitReady(Duration limit) throws IOException, InterruptedException {
    try {
      ready.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(Objects.requireNonNullElse(e.getCause(), e).getMessage(), e);
    } catch (TimeoutException e) {
      throw new IOException("the fork server made no child within " + limit.toSeconds() + "s", e);
    }
  }

  /// Where its messages come from, once it is ready.
  Connection connection() {
    return ready.join();
  }

  boolean isGone() {
    return gone.isDone();
  }

  /// How it ended, when it ends within `limit`. Not interrupted.
  @Nullable Exit exitWithin(Duration limit) {
    return gone.isDone()
        ? gone.join()
        : gone.thenApply(exit -> (@Nullable Exit) exit)
            .completeOnTimeout(null, limit.toMillis(), TimeUnit.MILLISECONDS)
            .join();
  }

  /// It has taken a task.
  ///
  /// @return how many so far
  int countTask() {
    return ++tasks;
  }

  int tasks() {
    return tasks;
  }

  /// What it holds in memory now, 0 where the platform does not tell.
  long memoryKb() {
    try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  /// Lets it go: it ends when its connection does, and one that is not ready yet is turned away
  /// when it comes. KILL for one that does not end. Not interrupted.
  void release() {
    if (ready.completeExceptionally(new IOException("nobody waits for it any more"))) {
      return;
    }
    if (!ready.isCompletedExceptionally()) {
      connection().close();
    }
    if (exitWithin(LAST_WORDS) == null) {
      end();
    }
  }

  /// TERM, and KILL when that is not enough within `grace`. Not interrupted.
  void stop(Duration grace) {
    site.metrics().count(Count.TERMINATED);
    site.warden().terminate(target());
    if (exitWithin(grace) == null) {
      site.metrics().count(Count.KILLED);
      end();
    }
    connection().close();
  }

  /// The server said that it could not be made.
  void failed(String message) {
    ready.completeExceptionally(new IOException(message));
    exited(Exit.KILLED, 0);
  }

  /// It is gone, and so is its group.
  void exited(Exit exit, long maxRssKb) {
    site.control().forget(key);
    if (pid != 0) {
      site.warden().drop(target());
      site.metrics().measure(Size.TASKS_PER_CHILD, tasks);
      site.metrics().measure(Size.CHILD_MAX_RSS_KB, maxRssKb);
    }
    ready.completeExceptionally(new IOException("the child ended at once: " + exit));
    if (gone.complete(exit)) {
      CompletableFuture.delayedExecutor(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)
          .execute(this::disconnect);
    }
  }

  /// The server is gone and told nothing of it: it dies with the server, and here is what is left.
  void orphaned() {
    if (!gone.isDone()) {
      end();
      exited(Exit.KILLED, 0);
    }
  }

  private void end() {
    if (pid != 0) {
      site.warden().end(target());
      exitWithin(END);
    }
  }

  private void disconnect() {
    if (!ready.isCompletedExceptionally()) {
      connection().close();
    }
    var out = outputConnection;
    if (out != null) {
      out.close();
    }
  }

  private void enter(JsonNode hello, Connection connection) {
    if (hello.has("output")) {
      outputConnection = connection;
      drain(connection);
    } else if (pid == 0 && hello.path("pid").asLong(0) > 1) {
      pid = hello.path("pid").asLong(0);
      site.warden().add(target());
      if (!ready.complete(connection) || isGone()) {
        site.warden().drop(target());
        connection.close();
      }
    } else {
      connection.close();
    }
  }

  private void drain(Connection connection) {
    var chunk = new byte[CHUNK];
    try (connection) {
      for (var read = connection.read(chunk); read >= 0; read = connection.read(chunk)) {
        output.append(chunk, read);
      }
    } catch (IOException e) {
      // The child is gone, and with it the other end.
    } finally {
      output.close();
    }
  }

  private String target() {
    return "-" + pid;
  }
}
