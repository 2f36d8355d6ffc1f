package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Query;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.StoreException;
import io.reproq.store.Texts;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes tasks durable.
final class Enqueue implements Transaction.Verb<List<Enqueued>> {
  private static final Query RESERVE_IDS = SqliteStore.SQL.get("reserve_ids");
  private static final Query INSERT_TASK = SqliteStore.SQL.get("insert_task");
  private static final Query MARK_ACTIVE = SqliteStore.SQL.get("mark_active");
  private static final Query ACTIVE_TWIN = SqliteStore.SQL.get("active_twin");
  private static final Query INSERT_NEW_DEFERRED = SqliteStore.SQL.get("insert_new_deferred");
  private static final Query INSERT_NEW_READY = SqliteStore.SQL.get("insert_new_ready");

  private static final Query INSERT_EXPIRY = Keys.SQL.get("insert_expiry");

  private final List<NewTask> tasks;

  private Enqueue(List<NewTask> tasks) {
    this.tasks = tasks;
  }

  /// Gets `tasks` ready for the writer, on the caller's thread: the writer has no time to hash.
  ///
  /// @throws StoreException when a task holds what cannot be stored
  static Enqueue of(List<NewTask> tasks) {
    prepare(tasks);
    return new Enqueue(List.copyOf(tasks));
  }

  /// Hashes `tasks`, and sees whether SQL can carry them.
  static void prepare(List<NewTask> tasks) {
    for (var task : tasks) {
      var spec = task.spec();
      check("task_path", spec.taskPath());
      check("queue_name", spec.queue());
      check("lock_key", spec.limits().lockKey());
      check("concurrency_key", spec.limits().concurrencyKey());
      var unused = spec.hash();
    }
  }

  private static void check(String field, @Nullable String value) {
    if (value != null && !Texts.safe(value).equals(value)) {
      throw new StoreException(
          "%s holds a NUL or half a surrogate pair, which SQL text cannot carry: '%s'"
              .formatted(field, Texts.safe(value)),
          false,
          null);
    }
  }

  @Override
  public List<Enqueued> in(Transaction transaction) throws SQLException {
    var first = reserve(transaction, tasks.size());
    var last = first + tasks.size() - 1;
    var answers = new ArrayList<Enqueued>(tasks.size());
    for (var i = 0; i < tasks.size(); i++) {
      answers.add(enqueue(transaction, first + i, tasks.get(i)));
    }
    var ready =
        transaction.on(INSERT_NEW_READY).set("first_id", first).set("last_id", last).update();
    if (ready > 0) {
      transaction.bringWork();
    }
    return answers;
  }

  /// The first of `count` ids that are the caller's.
  static long reserve(Transaction transaction, int count) throws SQLException {
    var last = transaction.on(RESERVE_IDS).set("count", count).number("seq");
    if (last == null) {
      throw new IllegalStateException("task_enqueue has lost its row in sqlite_sequence");
    }
    return last - count + 1;
  }

  private static Enqueued enqueue(Transaction transaction, long id, NewTask task)
      throws SQLException {
    var spec = task.spec();
    if (task.unique() && !markActive(transaction, id, spec)) {
      return new Enqueued.Duplicate(twin(transaction, spec));
    }
    insert(transaction, id, task);
    var delay = task.start().from(transaction.now());
    if (delay.isPositive()) {
      transaction
          .on(INSERT_NEW_DEFERRED)
          .set("result_id", id)
          .set("run_after", Micros.after(transaction.now(), delay))
          .update();
    }
    transaction.counters().add(spec.queue(), TaskStatus.READY, 1);
    return new Enqueued.Created(id);
  }

  private static boolean markActive(Transaction transaction, long id, Spec spec)
      throws SQLException {
    return transaction.on(MARK_ACTIVE).set("result_id", id).set("spec_hash", spec.hash()).update()
        == 1;
  }

  private static long twin(Transaction transaction, Spec spec) throws SQLException {
    var twin = transaction.on(ACTIVE_TWIN).set("spec_hash", spec.hash()).number("result_id");
    if (twin == null) {
      throw new IllegalStateException("the mark of " + spec.hash() + " is taken by nobody");
    }
    return twin;
  }

  private static @Nullable Long expiresAt(Transaction transaction, NewTask task) {
    var expiry = task.expiry();
    return expiry == null ? null : Micros.after(transaction.now(), expiry.from(transaction.now()));
  }

  static void insert(Transaction transaction, long id, NewTask task) throws SQLException {
    var spec = task.spec();
    var limits = spec.limits();
    var headers = task.headers();
    transaction
        .on(INSERT_TASK)
        .set("result_id", id)
        .set("task_path", spec.taskPath())
        .set("queue_name", spec.queue())
        .set("priority", spec.priority())
        .set("spec_json", spec.text())
        .set("spec_hash", spec.hash())
        .set("max_attempts", spec.retry().maxAttempts())
        .set("timeout_micros", Math.max(1, Micros.of(spec.timeout())))
        .set("lock_key", limits.lockKey())
        .set("concurrency_key", limits.concurrencyKey())
        .set("concurrency_limit", limits.concurrencyLimit())
        .set("headers", headers == null ? null : headers.text())
        .set("enqueued_at", transaction.micros())
        .set("expires_at", expiresAt(transaction, task))
        .set("is_unique", task.unique() ? 1 : 0)
        .update();
    if (task.expiry() != null) {
      transaction.on(INSERT_EXPIRY).set("result_id", id).update();
    }
  }
}
