package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.json.Json;
import io.reproq.store.FailureNotice;
import io.reproq.store.NewTask;
import io.reproq.store.NewTask.Moment;
import io.reproq.store.WorkflowRun;
import io.reproq.store.WorkflowRun.Ended;
import io.reproq.store.WorkflowStatus;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Counts how far workflows have come, and enqueues what one asked for in case it fails.
final class WorkflowBook {
  static final Query FIND_WORKFLOW = Workflows.SQL.get("find_workflow");
  private static final Query WRITE_WORKFLOW = Workflows.SQL.get("write_workflow");
  private static final Query COUNT_MEMBERS = Workflows.SQL.get("count_members");

  private final Transaction transaction;

  WorkflowBook(Transaction transaction) {
    this.transaction = transaction;
  }

  /// Adds the ends of `members` to the counts of their workflow.
  void count(String workflow, List<Workflows.Member> members) throws SQLException {
    var page = find(workflow);
    var successes = page.ended.successes();
    var failures = page.ended.failures();
    for (var member : members) {
      if (!Objects.equals(member.resultId(), page.callback)) {
        successes += member.isGood() ? 1 : 0;
        failures += member.isGood() ? 0 : 1;
      }
    }
    var now = write(workflow, page, new Ended(successes, failures));
    if (now == WorkflowStatus.FAILED && page.status != now && page.onFailure != null) {
      var failed =
          members.stream()
              .filter(member -> !member.isGood())
              .mapToLong(Workflows.Member::resultId)
              .min()
              .orElseThrow();
      var told = FailureNotice.told(page.onFailure, uuid(workflow), failed);
      Enqueue.of(List.of(told)).in(transaction);
    }
  }

  /// Counts the ends of all members anew.
  void recount(String workflow) throws SQLException {
    var page = find(workflow);
    var ended =
        transaction
            .on(COUNT_MEMBERS)
            .set("workflow_id", workflow)
            .set("callback_result_id", page.callback)
            .first(row -> new Ended(row.integer("successes"), row.integer("failures")));
    write(workflow, page, Objects.requireNonNull(ended));
  }

  private Page find(String workflow) throws SQLException {
    var page = transaction.on(FIND_WORKFLOW).set("workflow_id", workflow).first(Page::read);
    if (page == null) {
      throw new IllegalStateException("the workflow " + workflow + " has members but no row");
    }
    return page;
  }

  private WorkflowStatus write(String workflow, Page page, Ended ended) throws SQLException {
    var status = WorkflowStatus.of(page.expected, ended, page.callbackStatus());
    transaction
        .on(WRITE_WORKFLOW)
        .set("successes", ended.successes())
        .set("failures", ended.failures())
        .set("status", status.name())
        .set("now", transaction.micros())
        .set("workflow_id", workflow)
        .update();
    return status;
  }

  /// The workflow of which `row` tells.
  static WorkflowRun read(PreparedQuery.Row row, UUID id) throws SQLException {
    var page = Page.read(row);
    return new WorkflowRun(
        id,
        page.status,
        page.expected,
        page.ended,
        page.callback,
        Micros.time(row.number("created_at")),
        Micros.time(row.number("updated_at")));
  }

  private static UUID uuid(String text) {
    return new UUID(
        Long.parseUnsignedLong(text, 0, 16, 16), Long.parseUnsignedLong(text, 16, 32, 16));
  }

  /// @param callbackEnd how the callback ended, null while it has not, or when there is none
  private record Page(
      WorkflowStatus status,
      int expected,
      Ended ended,
      @Nullable Long callback,
      @Nullable String callbackEnd,
      @Nullable NewTask onFailure) {
    static Page read(PreparedQuery.Row row) throws SQLException {
      return new Page(
          WorkflowStatus.valueOf(row.text("status")),
          row.integer("expected_count"),
          new Ended(row.integer("success_count"), row.integer("failure_count")),
          row.numberOrNull("callback_result_id"),
          row.textOrNull("callback_status"),
          onFailure(row));
    }

    @Nullable TaskStatus callbackStatus() {
      if (callback == null) {
        return null;
      }
      return callbackEnd == null ? TaskStatus.WAITING : TaskStatus.valueOf(callbackEnd);
    }

    private static @Nullable NewTask onFailure(PreparedQuery.Row row) throws SQLException {
      var spec = row.textOrNull("failure_spec");
      if (spec == null) {
        return null;
      }
      var headers = row.textOrNull("failure_headers");
      var start = moment(row, "failure_start", "failure_delay");
      return new NewTask(
          Spec.stored(spec),
          start == null ? new Moment.After(Duration.ZERO) : start,
          moment(row, "failure_expiry", "failure_life"),
          false,
          headers == null ? null : new Json(headers));
    }

    private static @Nullable Moment moment(PreparedQuery.Row row, String at, String after)
        throws SQLException {
      var time = row.numberOrNull(at);
      if (time != null) {
        return new Moment.At(Micros.time(time));
      }
      var span = row.numberOrNull(after);
      return span == null ? null : new Moment.After(Micros.span(span));
    }
  }
}
