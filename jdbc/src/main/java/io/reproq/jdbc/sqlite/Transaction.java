package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.jdbc.Session;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one verb writes with. Lives as long as the verb runs, on the writer's thread.
final class Transaction {
  private final Session session;
  private final Instant now;
  private final Counters counters;
  private final List<Long> ended = new ArrayList<>();
  private boolean bringsWork;

  /// @param now the store's clock, once for the whole verb
  Transaction(Session session, Instant now) {
    this.session = session;
    this.now = now;
    this.counters = new Counters();
  }

  PreparedQuery on(Query query) throws SQLException {
    return session.on(query);
  }

  /// Runs a script of one or more statements that bring no rows.
  void run(Query script) throws SQLException {
    session.run(script);
  }

  Instant now() {
    return now;
  }

  /// Now, as the tables have it.
  long micros() {
    return Micros.of(now);
  }

  Counters counters() {
    return counters;
  }

  /// There may be more to claim once this is committed.
  void bringWork() {
    bringsWork = true;
  }

  boolean bringsWork() {
    return bringsWork;
  }

  /// A task is over whose end others may wait for.
  void ended(long resultId) {
    ended.add(resultId);
  }

  /// Writes down what was only noted so far: what ends mean for others, and counts.
  void finish() throws SQLException {
    var workflows = new Workflows(this);
    while (!ended.isEmpty()) {
      var told = List.copyOf(ended);
      ended.clear();
      workflows.tell(told);
    }
    counters.flush(session);
  }

  /// A verb, as the writer runs it. It may be run by any transaction, but only once.
  @FunctionalInterface
  interface Verb<T extends @Nullable Object> {
    T in(Transaction transaction) throws SQLException;
  }
}
