package io.reproq.bench;

import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Session;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/// One connection that takes tasks through place tables of its own by bare SQL, a statement and a
/// commit for each batch. Nothing is run. For one thread.
final class RawPostgres implements AutoCloseable {
  static final Queries SQL = Queries.of(RawPostgres.class, "raw-postgres.sql");

  /// Tasks claimed, and settled, at once.
  static final int HALF = 500;

  private static final int CONNECTIONS = 2;

  private final Session session;
  private final boolean unique;

  private RawPostgres(Session session, boolean unique) {
    this.session = session;
    this.unique = unique;
  }

  /// A connection to the tables in `database`.
  ///
  /// @param unique whether twins are looked for
  static RawPostgres on(PostgresDatabase database, boolean unique) throws SQLException {
    return new RawPostgres(database.connect(), unique);
  }

  /// Makes the tables.
  static void prepare(PostgresDatabase database) throws SQLException {
    database.execute(SQL.get("schema").sql());
  }

  /// Runs `loop` on two connections at once, until both have ended.
  static void together(PostgresDatabase database, boolean unique, Loop loop) throws Exception {
    try (var threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      Callable<Boolean> one =
          () -> {
            try (var raw = on(database, unique)) {
              loop.run(raw);
            }
            return true;
          };
      for (var ended : threads.invokeAll(Stream.generate(() -> one).limit(CONNECTIONS).toList())) {
        ended.get();
      }
    }
  }

  /// Inserts new tasks, ready to be claimed.
  ///
  /// @return how many
  int insert(int count) throws SQLException {
    var specs = Numbers.next(count).stream().map(RawPostgres::spec).toArray(String[]::new);
    var insert = session.on(SQL.get(unique ? "insert_unique" : "insert"));
    if (unique) {
      insert.setArray("hashes", "uuid", Stream.generate(RawPostgres::hash).limit(count).toArray());
    }
    return insert.setArray("specs", "text", specs).update();
  }

  /// Takes up to `limit` tasks, with their descriptions.
  List<Long> claim(int limit) throws SQLException {
    return session
        .on(SQL.get("claim"))
        .set("limit", limit)
        .list(row -> {
          if (row.text("spec_json").isEmpty()) {
            throw new IllegalStateException("a task has no description");
          }
          return row.number("result_id");
        });
  }

  /// Finishes tasks.
  void settle(List<Long> resultIds) throws SQLException {
    session
        .on(SQL.get(unique ? "settle_unique" : "settle"))
        .setArray("ids", "bigint", resultIds.stream().sorted().toArray())
        .update();
  }

  /// Inserts `batch` tasks, then claims and settles as many.
  ///
  /// @return how many were settled
  int cycle(int batch) throws SQLException {
    insert(batch);
    var done = 0;
    for (var left = batch; left > 0; left -= HALF) {
      done += claimAndSettle();
    }
    return done;
  }

  /// Claims and settles one batch.
  ///
  /// @return how many tasks it had
  int claimAndSettle() throws SQLException {
    var claimed = claim(HALF);
    if (!claimed.isEmpty()) {
      settle(claimed);
    }
    return claimed.size();
  }

  /// Commits one small row.
  void note() throws SQLException {
    session.on(SQL.get("note")).update();
  }

  /// From here on commits do not wait for the disk.
  void hurry() throws SQLException {
    session.run(SQL.get("hurry"));
  }

  /// Says that there is work.
  void tell() throws SQLException {
    session.on(SQL.get("tell")).list(row -> row.flag("is_told"));
  }

  private static String spec(long number) {
    return TextAround.BEFORE + number + TextAround.AFTER;
  }

  private static Object hash() {
    var random = ThreadLocalRandom.current();
    return new UUID(random.nextLong(), random.nextLong());
  }

  @Override
  public void close() throws SQLException {
    session.close();
  }

  /// What one connection does.
  @FunctionalInterface
  interface Loop {
    void run(RawPostgres raw) throws Exception;
  }

  /// The text of a description before and after its number.
  private static final class TextAround {
    private static final long MARK = 1_234_567_890;
    private static final String TEXT = Numbers.text(MARK);
    private static final int AT = TEXT.indexOf(Long.toString(MARK));
    static final String BEFORE = TEXT.substring(0, AT);
    static final String AFTER = TEXT.substring(AT + Long.toString(MARK).length());
  }
}
