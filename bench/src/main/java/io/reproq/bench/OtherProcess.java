package io.reproq.bench;

import io.reproq.Reproq;
import io.reproq.clock.TimeSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A second JVM that enqueues one task for every line it is sent, and ends with its input.
final class OtherProcess implements Pickup.Feeder {
  private final Process process;
  private final OutputStream commands;

  private OtherProcess(Process process) {
    this.process = process;
    this.commands = process.getOutputStream();
  }

  /// Starts it on `dsn`, and returns once it is ready.
  static OtherProcess on(String dsn) throws IOException {
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED,org.xerial.sqlitejdbc",
                "-p",
                System.getProperty("jdk.module.path"),
                "-m",
                "io.reproq.bench/" + OtherProcess.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    // By its input and not by its arguments, which everybody on the machine may read.
    var other = new OtherProcess(process);
    other.commands.write((dsn + "\n").getBytes(StandardCharsets.UTF_8));
    other.commands.flush();
    if (process.getInputStream().read() < 0) {
      throw new IOException("the second process ended before it was ready");
    }
    return other;
  }

  /// That process: the database is its first line. Says one word when it is ready.
  public static void main(String[] words) throws IOException {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (var reproq = Reproq.open(input.readLine())) {
      System.out.println("ready");
      while (input.readLine() != null) {
        reproq.enqueue(Pickup.STAMP, TimeSource.system().nanoTime());
      }
    }
  }

  @Override
  public void feed(long sent) {
    try {
      commands.write('\n');
      commands.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    commands.close();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
