package io.reproq.jdbc.postgres;

import io.reproq.dsn.Dsn;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A Java program of these tests in a process of its own. What it prints is kept.
public final class OtherProcess implements AutoCloseable {
  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private OtherProcess(Process process) {
    this.process = process;
    Thread.ofVirtual().start(() -> read(process));
  }

  /// Starts `main` with the classes of these tests.
  public static OtherProcess start(Class<?> main, String... arguments) throws IOException {
    var classes =
        String.join(
            File.pathSeparator,
            Path.of("target", "test-classes").toString(),
            Path.of("target", "classes").toString(),
            System.getProperty("jdk.module.path", ""),
            System.getProperty("java.class.path", ""),
            System.getProperty("surefire.test.class.path", ""));
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", classes, main.getName()));
    command.addAll(List.of(arguments));
    return new OtherProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /// The name by which another process finds a database.
  public static String dsn(Dsn.Postgres dsn) {
    return "postgres://%s:%s@%s:%d/%s"
        .formatted(dsn.user(), dsn.password(), dsn.host(), dsn.port(), dsn.database());
  }

  /// The lines that it has printed.
  public List<String> lines() {
    return List.copyOf(lines);
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /// Sends a signal, as in `STOP`.
  void signal(String name) throws IOException {
    var pid = Long.toString(process.pid());
    try {
      var kill = new ProcessBuilder("kill", "-" + name, pid).inheritIO().start();
      if (kill.waitFor() != 0) {
        throw new AssertionError("could not send " + name + " to " + pid);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// Ends it as `kill -9` does.
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }

  private void read(Process from) {
    try (var in =
        new BufferedReader(new InputStreamReader(from.getInputStream(), StandardCharsets.UTF_8))) {
      in.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      // It was killed; what it said is all there is.
      lines.add("ended: " + e.getMessage());
    }
  }
}
