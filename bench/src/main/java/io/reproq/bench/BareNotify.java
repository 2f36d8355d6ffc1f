package io.reproq.bench;

import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;

/// Bare LISTEN and NOTIFY: a task is inserted and told of on one connection, and claimed on another
/// as soon as that hears of it.
final class BareNotify {
  /// How often the listener looks whether it is to end; a message wakes it at once.
  private static final int LOOK_MILLIS = 100;

  private volatile boolean stop;
  private volatile long sent;

  private BareNotify() {}

  static Map<String, Double> run(PostgresDatabase database, Options options) throws Exception {
    RawPostgres.prepare(database);
    var pickup = Pickup.at(options);
    var bare = new BareNotify();
    try (var thread = Executors.newSingleThreadExecutor();
        var listener = database.listener();
        var claims = RawPostgres.on(database, false);
        var sender = RawPostgres.on(database, false)) {
      var connection = listener.unwrap(PGConnection.class);
      Future<Boolean> listening =
          thread.submit(() -> {
            while (!bare.stop) {
              if (connection.getNotifications(LOOK_MILLIS).length > 0
                  && !claims.claim(1).isEmpty()) {
                pickup.arrived(bare.sent);
              }
            }
            return true;
          });
      try {
        return pickup.measure(options.tasks(), now -> bare.feed(sender, now));
      } finally {
        bare.stop = true;
        listening.get();
      }
    }
  }

  private void feed(RawPostgres sender, long now) {
    sent = now;
    try {
      sender.insert(1);
      sender.tell();
    } catch (SQLException e) {
      throw new IllegalStateException("could not send a task", e);
    }
  }
}
