package io.reproq.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A small shell process that ends this worker's children when the worker cannot: see `warden.sh`.
/// It also sends their signals, which Java cannot send to a group.
///
/// What it watches is called a target: `-N` for the process group N. Safe for use by many threads.
///
/// ## When somebody ends it
///
/// The next command, a second later at the latest, meets a closed pipe. Another one is started
/// then, is told all targets that live, and gets the commands again that were not answered. In
/// between nobody watches: two must fail within a second for a child to be left over.
final class Warden implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Warden.class);
  private static final String SCRIPT = script();
  private static final Duration ANSWER = Duration.ofMillis(400);
  private static final Duration AT_THE_END = Duration.ofSeconds(2);

  /// What the script says last.
  private static final String OVER = "over";

  private final Path folder;
  private final long limitSeconds;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<String> targets = new HashSet<>();
  private final Map<String, CompletableFuture<Void>> ending = new ConcurrentHashMap<>();
  private Process process;
  private boolean closed;

  /// Starts one.
  ///
  /// @param folder removed with what is in it when the worker is gone
  /// @param limit how long it believes that the worker holds its lease without being told
  /// @throws IllegalStateException when there is no shell
  Warden(Path folder, Duration limit) {
    this.folder = folder;
    limitSeconds = Math.max(1, limit.toSeconds());
    try {
      process = launch();
    } catch (IOException e) {
      throw new IllegalStateException(
          "cannot start the shell that ends children: " + e.getMessage(), e);
    }
  }

  /// From now on `target` ends with the worker.
  void add(String target) {
    lock.lock();
    try {
      targets.add(target);
      send("add " + target);
    } finally {
      lock.unlock();
    }
  }

  /// `target` is gone, and its number may be another's soon.
  void drop(String target) {
    lock.lock();
    try {
      targets.remove(target);
      send("drop " + target);
    } finally {
      lock.unlock();
    }
  }

  /// Sends TERM.
  void terminate(String target) {
    command("term " + target);
  }

  /// Sends KILL and drops `target`. Returns when it was sent; when that takes long, before.
  void end(String target) {
    var ended = ending.computeIfAbsent(target, key -> new CompletableFuture<>());
    command("end " + target);
    if (!isDone(ended, ANSWER)) {
      if (isGone()) {
        // The command was lost with it.
        command("end " + target);
      }
      log.info("the process that ends children is slow to answer to: end {}", target);
    }
    ending.remove(target, ended);
    lock.lock();
    try {
      targets.remove(target);
    } finally {
      lock.unlock();
    }
  }

  /// To be called each second.
  ///
  /// @param isSure whether the worker holds its lease
  void stamp(boolean isSure) {
    command(isSure ? "stamp" : "idle");
  }

  /// Ends all that is left, and returns when that is done, or after a while.
  @Override
  public void close() {
    var ended = ending.computeIfAbsent(OVER, key -> new CompletableFuture<>());
    lock.lock();
    try {
      closed = true;
      process.getOutputStream().close();
    } catch (IOException e) {
      log.debug("the process that ends children was gone before", e);
    } finally {
      lock.unlock();
    }
    isDone(ended, AT_THE_END);
  }

  /// The process, for tests.
  long pid() {
    lock.lock();
    try {
      return process.pid();
    } finally {
      lock.unlock();
    }
  }

  private boolean isGone() {
    lock.lock();
    try {
      return !process.isAlive();
    } finally {
      lock.unlock();
    }
  }

  private static boolean isDone(CompletableFuture<Void> future, Duration limit) {
    return future
        .thenApply(done -> true)
        .completeOnTimeout(false, limit.toMillis(), TimeUnit.MILLISECONDS)
        .join();
  }

  private void command(String line) {
    lock.lock();
    try {
      send(line);
    } finally {
      lock.unlock();
    }
  }

  private void send(String line) {
    if (closed) {
      return;
    }
    try {
      write(line);
    } catch (IOException e) {
      log.warn("the process that ends children was ended by somebody; another one is started");
      restart(line);
    }
  }

  private void restart(String line) {
    try {
      process.destroyForcibly();
      process = launch();
      for (var target : targets) {
        write("add " + target);
      }
      write(line);
    } catch (IOException e) {
      log.error("cannot start a process that ends children: {}", e.getMessage());
    }
  }

  /// One system call for a line, so that none is torn.
  private void write(String line) throws IOException {
    var out = process.getOutputStream();
    out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private Process launch() throws IOException {
    var started =
        new ProcessBuilder(
                Sessions.own(
                    "sh",
                    "-c",
                    SCRIPT,
                    "reproq-warden",
                    Long.toString(limitSeconds),
                    folder.toString()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Thread.ofPlatform().daemon().name("reproq-warden").start(() -> listen(started));
    return started;
  }

  private void listen(Process started) {
    try (var answers =
        new BufferedReader(
            new InputStreamReader(started.getInputStream(), StandardCharsets.US_ASCII))) {
      for (var target = answers.readLine(); target != null; target = answers.readLine()) {
        var ended = ending.get(target);
        if (ended != null) {
          ended.complete(null);
        }
      }
    } catch (IOException e) {
      log.debug("the process that ends children says nothing more", e);
    }
  }

  private static String script() {
    try (var in = Warden.class.getResourceAsStream("warden.sh")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
