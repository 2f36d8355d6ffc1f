package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.json.Json;
import io.reproq.store.WorkflowRun;
import io.reproq.task.Event;
import io.reproq.task.Failure;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import io.reproq.task.Transitions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the ends of tasks mean for others that wait for them, and what an operator's retry means
/// for those that failed with it.
final class Workflows {
  static final Queries SQL = Queries.of(Workflows.class, "workflows.sql");

  private static final Query ENDED_MEMBERS = SQL.get("ended_members");
  private static final Query FREED_BY = SQL.get("freed_by");
  private static final Query COUNT_DOWN = SQL.get("count_down");
  private static final Query EARLIEST_START = SQL.get("earliest_start");
  private static final Query DOOMED_BY = SQL.get("doomed_by");
  private static final Query BLAME = SQL.get("blame");
  private static final Query WORKFLOW_OF = SQL.get("workflow_of");
  private static final Query OBSTACLE = SQL.get("obstacle");
  private static final Query REVIVABLE = SQL.get("revivable");
  private static final Query REVIVE = SQL.get("revive");
  private static final Query LEAVE_FINISHED = SQL.get("leave_finished");
  private static final Query RESULTS = SQL.get("results");
  private static final Query UNTOLD_MEMBERS = SQL.get("untold_members");
  private static final Query FORGET_UNTOLD = SQL.get("forget_untold");

  private final Transaction transaction;
  private final Places places;

  Workflows(Transaction transaction) {
    this.transaction = transaction;
    this.places = new Places(transaction);
  }

  /// A workflow's id as text, as Django writes it.
  static String text(UUID id) {
    return id.toString().replace("-", "");
  }

  /// Tells workflows of those of `ended` that are their members. What ends for it in turn is noted
  /// in the transaction.
  void tell(List<Long> ended) throws SQLException {
    var byWorkflow = new LinkedHashMap<String, List<Member>>();
    for (var member :
        transaction.on(ENDED_MEMBERS).set("ids", Values.ids(ended)).list(Member::read)) {
      byWorkflow.computeIfAbsent(member.workflow, id -> new ArrayList<>()).add(member);
    }
    for (var members : byWorkflow.values()) {
      strand(ids(members, false));
      release(ids(members, true));
    }
    for (var workflow : byWorkflow.entrySet()) {
      new WorkflowBook(transaction).count(workflow.getKey(), workflow.getValue());
    }
  }

  private static List<Long> ids(List<Member> members, boolean areGood) {
    return members.stream()
        .filter(member -> member.isGood() == areGood)
        .map(Member::resultId)
        .toList();
  }

  private void release(List<Long> good) throws SQLException {
    var freed =
        transaction
            .on(FREED_BY)
            .set("ids", Values.ids(good))
            .list(row -> List.of(row.number("dependant_id"), row.number("successes")));
    for (var dependant : freed) {
      release(dependant.getFirst(), dependant.getLast());
    }
  }

  private void release(long id, long successes) throws SQLException {
    var query = transaction.on(COUNT_DOWN).set("result_id", id).set("successes", successes);
    if (query.update() > 0) {
      return;
    }
    var runAfter = transaction.on(EARLIEST_START).set("result_id", id).number("run_after");
    var task = places.takeWaiting(id);
    if (task != null) {
      var delay =
          runAfter == null
              ? Duration.ZERO
              : Duration.between(transaction.now(), Micros.time(runAfter));
      var next = after(new Place.Waiting(1), new Event.Release(delay));
      places.put(task, TaskStatus.WAITING, next, Ending.PLAIN);
    }
  }

  private void strand(List<Long> bad) throws SQLException {
    if (bad.isEmpty()) {
      return;
    }
    var doomed =
        transaction
            .on(DOOMED_BY)
            .set("ids", Values.ids(bad))
            .list(row -> List.of(row.number("result_id"), row.number("failed_id")));
    for (var pair : doomed) {
      var task = places.takeWaiting(pair.getFirst());
      if (task != null) {
        places.record(task.resultId(), 0, Failure.STRANDED, null);
        transaction
            .on(BLAME)
            .set("failed_id", pair.getLast())
            .set("result_id", task.resultId())
            .update();
        var next = after(new Place.Waiting(1), new Event.Strand());
        var ending = new Ending(null, Failure.STRANDED.summary());
        places.put(task, TaskStatus.WAITING, next, ending);
      }
    }
  }

  private static Place after(Place place, Event event) {
    return Transitions.after(place, event).orElseThrow();
  }

  /// The task that must be retried before `resultId` can be, null when none must.
  @Nullable Long obstacle(long resultId) throws SQLException {
    return transaction.on(OBSTACLE).set("result_id", resultId).number("result_id");
  }

  /// A task that had failed is ready again: so wait those that could not run without it, where
  /// nothing else keeps them from it.
  ///
  /// @return the ids of those
  List<Long> retried(long resultId) throws SQLException {
    var workflow =
        transaction
            .on(WORKFLOW_OF)
            .set("result_id", resultId)
            .first(row -> row.text("workflow_id"));
    if (workflow == null) {
      return List.of();
    }
    var revived = new ArrayList<Long>();
    for (var front = List.of(resultId); !front.isEmpty(); ) {
      front = revive(front);
      revived.addAll(front);
    }
    new WorkflowBook(transaction).recount(workflow);
    return revived;
  }

  private List<Long> revive(List<Long> behind) throws SQLException {
    var ids = new ArrayList<Long>();
    var queues = new ArrayList<String>();
    var rows =
        transaction
            .on(REVIVABLE)
            .set("ids", Values.ids(behind))
            .list(row -> List.<Object>of(row.number("result_id"), row.text("queue_name")));
    for (var row : rows) {
      ids.add((Long) row.getFirst());
      queues.add((String) row.getLast());
    }
    for (var i = 0; i < ids.size(); i++) {
      transaction.on(REVIVE).set("result_id", ids.get(i)).update();
      transaction.on(LEAVE_FINISHED).set("result_id", ids.get(i)).update();
      transaction.counters().move(queues.get(i), TaskStatus.FAILED, TaskStatus.WAITING, 1);
    }
    return ids;
  }

  /// What the direct predecessors of a task returned, in the order of members.
  static List<Json> results(Readers.Source source, long resultId) throws SQLException {
    return source
        .on(RESULTS)
        .set("result_id", resultId)
        .list(row -> new Json(row.text("return_json")));
  }

  static Optional<WorkflowRun> find(Readers.Source source, UUID id) throws SQLException {
    return Optional.ofNullable(
        source
            .on(WorkflowBook.FIND_WORKFLOW)
            .set("workflow_id", text(id))
            .first(row -> WorkflowBook.read(row, id)));
  }

  /// Whether a client's command has ended members that nobody has told of.
  static boolean hasUntold(Readers.Source source) throws SQLException {
    return !source.on(UNTOLD_MEMBERS).list(row -> row.number("result_id")).isEmpty();
  }

  /// Notes the members that a client's command has ended.
  static int tellUntold(Transaction transaction) throws SQLException {
    var ids = transaction.on(UNTOLD_MEMBERS).list(row -> row.number("result_id"));
    ids.forEach(transaction::ended);
    return transaction.on(FORGET_UNTOLD).set("ids", Values.ids(ids)).update();
  }

  /// A member of a workflow that is over.
  record Member(long resultId, String workflow, TaskStatus end) {
    static Member read(PreparedQuery.Row row) throws SQLException {
      return new Member(
          row.number("result_id"),
          row.text("workflow_id"),
          TaskStatus.valueOf(Objects.requireNonNull(row.textOrNull("status"))));
    }

    boolean isGood() {
      return end == TaskStatus.SUCCESSFUL;
    }
  }
}
