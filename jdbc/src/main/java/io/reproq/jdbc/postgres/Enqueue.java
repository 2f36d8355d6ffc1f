package io.reproq.jdbc.postgres;

import io.reproq.jdbc.Query;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.NewTask.Moment;
import io.reproq.store.StoreException;
import io.reproq.store.Texts;
import io.reproq.task.Spec;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes tasks durable. Their ids are fixed beforehand, so that sending them again makes no second
/// ones.
final class Enqueue implements Transaction.Verb<List<Enqueued>> {
  private static final Query RESERVE_IDS = PostgresStore.SQL.get("reserve_ids");
  private static final Query SENT_BEFORE = PostgresStore.SQL.get("sent_before");
  private static final Query MARK_ACTIVE = PostgresStore.SQL.get("mark_active");
  private static final Query ACTIVE_TWINS = PostgresStore.SQL.get("active_twins");
  private static final Query ENQUEUE = PostgresStore.SQL.get("enqueue");

  /// A twin that ends between the mark and the look leaves its place to the next round.
  private static final int ROUNDS = 3;

  private final List<Numbered> tasks;
  private boolean wasSent;

  private Enqueue(List<Numbered> tasks) {
    this.tasks = tasks;
  }

  /// Gets `tasks` ready, and reserves their ids.
  ///
  /// @throws StoreException when a task holds what cannot be stored
  static Enqueue of(List<NewTask> tasks, Runner runner) {
    check(tasks);
    return numbered(
        tasks, runner.run("reserve ids in", transaction -> reserve(transaction, tasks.size())));
  }

  /// The same in one transaction with all else, which is not sent again.
  ///
  /// @throws StoreException when a task holds what cannot be stored
  static Transaction.Verb<List<Enqueued>> joining(List<NewTask> tasks) {
    check(tasks);
    return transaction -> numbered(tasks, reserve(transaction, tasks.size())).in(transaction);
  }

  private static List<Long> reserve(Transaction transaction, int count) throws SQLException {
    return transaction.on(RESERVE_IDS).set("count", count).list(row -> row.number("result_id"));
  }

  private static Enqueue numbered(List<NewTask> tasks, List<Long> ids) {
    var numbered = new ArrayList<Numbered>(tasks.size());
    for (var i = 0; i < tasks.size(); i++) {
      numbered.add(new Numbered(ids.get(i), tasks.get(i)));
    }
    return new Enqueue(numbered);
  }

  /// Sees whether SQL can carry them.
  ///
  /// @throws StoreException when it cannot
  static void check(List<NewTask> tasks) {
    for (var task : tasks) {
      var spec = task.spec();
      check("task_path", spec.taskPath());
      check("queue_name", spec.queue());
      check("lock_key", spec.limits().lockKey());
      check("concurrency_key", spec.limits().concurrencyKey());
    }
  }

  private static void check(String field, @Nullable String value) {
    if (value != null && !Texts.safe(value).equals(value)) {
      throw new StoreException(
          "%s holds a NUL or half a surrogate pair, which SQL text cannot carry, so nothing was sent:"
                  .formatted(field)
              + " '%s'".formatted(Texts.safe(value)),
          false,
          null);
    }
  }

  @Override
  public List<Enqueued> in(Transaction transaction) throws SQLException {
    var durable = wasSent ? sentBefore(transaction) : Set.<Long>of();
    wasSent = true;
    // Of twins in the list the first one stands for all.
    var unique = new LinkedHashMap<String, Long>();
    for (var numbered : tasks) {
      if (numbered.task.unique() && !durable.contains(numbered.id)) {
        unique.putIfAbsent(numbered.hash(), numbered.id);
      }
    }
    var holders = Map.<String, Long>of();
    if (!unique.isEmpty()) {
      transaction.begin();
      holders = holders(transaction, unique);
    }
    var created = new ArrayList<Numbered>();
    var answers = new ArrayList<Enqueued>(tasks.size());
    for (var numbered : tasks) {
      var isDurable = durable.contains(numbered.id);
      var holder =
          numbered.task.unique() && !isDurable
              ? Objects.requireNonNull(holders.get(numbered.hash()))
              : numbered.id;
      if (holder == numbered.id) {
        if (!isDurable) {
          created.add(numbered);
        }
        answers.add(new Enqueued.Created(holder));
      } else {
        answers.add(new Enqueued.Duplicate(holder));
      }
    }
    insert(transaction, created);
    return answers;
  }

  /// Those of the tasks that an earlier send of this list, whose answer was lost, has made durable.
  private Set<Long> sentBefore(Transaction transaction) throws SQLException {
    var ids = tasks.stream().map(Numbered::id).toList();
    var query = Columns.ids(transaction.on(SENT_BEFORE), ids);
    return new HashSet<>(query.list(row -> row.number("result_id")));
  }

  /// Who stands for each hash, once ours are marked where nobody did.
  private static Map<String, Long> holders(Transaction transaction, Map<String, Long> unique)
      throws SQLException {
    var found = new HashMap<String, Long>();
    var open = new LinkedHashMap<>(unique);
    for (var round = 0; round < ROUNDS && !open.isEmpty(); round++) {
      var rows = List.copyOf(open.entrySet());
      new Columns<>(transaction.on(MARK_ACTIVE), rows)
          .texts("hashes", Map.Entry::getKey)
          .longs("ids", Map.Entry::getValue)
          .query()
          .update();
      var looked =
          new Columns<>(transaction.on(ACTIVE_TWINS), rows)
              .texts("hashes", Map.Entry::getKey)
              .query()
              .list(row -> Map.entry(row.text("spec_hash"), row.number("result_id")));
      for (var twin : looked) {
        found.put(twin.getKey(), twin.getValue());
        open.remove(twin.getKey());
      }
    }
    if (!open.isEmpty()) {
      throw new StoreException(
          "twins of a unique task came and went while it was enqueued: enqueue it again",
          true,
          null);
    }
    return found;
  }

  private static void insert(Transaction transaction, List<Numbered> created) throws SQLException {
    if (created.isEmpty()) {
      return;
    }
    var ready =
        new Columns<>(transaction.onNow(ENQUEUE), created)
            .longs("ids", Numbered::id)
            .texts("paths", row -> row.spec().taskPath())
            .texts("queues", row -> row.spec().queue())
            .integers("priorities", row -> row.spec().priority())
            .texts("specs", row -> row.spec().text())
            .integers("max_attempts", row -> row.spec().retry().maxAttempts())
            .doubles("timeouts", row -> timeoutSeconds(row.task()))
            .texts("lock_keys", row -> row.spec().limits().lockKey())
            .texts("concurrency_keys", row -> row.spec().limits().concurrencyKey())
            .integers("concurrency_limits", row -> row.spec().limits().concurrencyLimit())
            .texts("headers", Numbered::headers)
            .longs("starts", row -> at(row.task().start()))
            .longs("delays", row -> after(row.task().start()))
            .flags("uniques", row -> row.task().unique())
            .longs("expiries", row -> at(row.task().expiry()))
            .longs("lives", row -> after(row.task().expiry()))
            .query()
            .number("ready");
    if (ready != null && ready > 0) {
      transaction.bringWork();
    }
  }

  static double timeoutSeconds(NewTask task) {
    return Math.max(1, Times.micros(task.spec().timeout())) / 1e6;
  }

  static @Nullable Long at(@Nullable Moment moment) {
    return moment instanceof Moment.At(var time) ? Times.micros(time) : null;
  }

  static @Nullable Long after(@Nullable Moment moment) {
    return moment instanceof Moment.After(var delay) ? Times.micros(delay) : null;
  }

  private record Numbered(long id, NewTask task) {
    Spec spec() {
      return task.spec();
    }

    String hash() {
      return task.spec().hash();
    }

    @Nullable String headers() {
      var headers = task.headers();
      return headers == null ? null : headers.text();
    }
  }
}
