package io.reproq.jdbc.postgres;

import io.reproq.dsn.Dsn;
import io.reproq.store.StoreProvider.Settings;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;

/// A worker in a process of its own, that claims what there is and then does nothing.
final class Bystander implements AutoCloseable {
  private final Process process;
  private final UUID incarnation;

  private Bystander(Process process, UUID incarnation) {
    this.process = process;
    this.incarnation = incarnation;
  }

  /// Starts one, and returns when it holds `tasks` tasks.
  static Bystander holding(int tasks, TestDatabase database) throws IOException {
    var classes =
        String.join(
            File.pathSeparator,
            Path.of("target", "test-classes").toString(),
            Path.of("target", "classes").toString(),
            System.getProperty("jdk.module.path", ""),
            System.getProperty("java.class.path", ""),
            System.getProperty("surefire.test.class.path", ""));
    var dsn = database.dsn();
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classes,
                Main.class.getName(),
                "postgres://%s:%s@%s:%d/%s"
                    .formatted(dsn.user(), dsn.password(), dsn.host(), dsn.port(), dsn.database()),
                Integer.toString(tasks))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    var line = out.readLine();
    if (line == null) {
      process.destroyForcibly();
      throw new AssertionError("the other process ended before it had joined");
    }
    return new Bystander(process, UUID.fromString(line));
  }

  UUID incarnation() {
    return incarnation;
  }

  /// Ends it as `kill -9` does.
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }

  /// What runs in the other process.
  static final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
      var dsn = Dsn.parse(arguments[0]);
      try (var store = new PostgresStoreProvider().open(dsn, Settings.defaults()).orElseThrow()) {
        var incarnation = Actors.join(store);
        var wanted = Integer.parseInt(arguments[1]);
        if (Actors.claim(store, incarnation, wanted).size() != wanted) {
          throw new IllegalStateException("there are not " + wanted + " tasks to claim");
        }
        System.out.println(incarnation);
        // Until the parent ends.
        while (System.in.read() >= 0) {
          store.renew(incarnation);
        }
      }
    }
  }
}
