package io.reproq.jdbc.postgres;

import io.reproq.dsn.Dsn;
import io.reproq.store.StoreProvider.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;

/// A worker in a process of its own, that claims what there is and then does nothing.
final class Bystander implements AutoCloseable {
  private final OtherProcess process;
  private final UUID incarnation;

  private Bystander(OtherProcess process, UUID incarnation) {
    this.process = process;
    this.incarnation = incarnation;
  }

  /// Starts one, and returns when it holds `tasks` tasks.
  static Bystander holding(int tasks, TestDatabase database) throws IOException {
    var process =
        OtherProcess.start(Main.class, OtherProcess.dsn(database.dsn()), Integer.toString(tasks));
    Actors.until(
        "the other process has its tasks",
        Duration.ofMillis(20),
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("the other process ended before it had joined");
          }
          return !process.lines().isEmpty();
        });
    return new Bystander(process, UUID.fromString(process.lines().getFirst()));
  }

  UUID incarnation() {
    return incarnation;
  }

  /// Ends it as `kill -9` does.
  void kill() {
    process.kill();
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
