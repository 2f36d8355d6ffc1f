package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.retry.RetryPolicy;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.ClaimedTask;
import io.reproq.store.NewTask;
import io.reproq.store.Reclaimed;
import io.reproq.store.RenewAnswer;
import io.reproq.store.Settled;
import io.reproq.task.ClaimId;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// A piece of SQL that keeps tasks from being lost or ended twice, and a story that goes wrong
/// without it.
///
/// @param statement the name of the statement
/// @param piece what stands in it
/// @param instead what a careless hand would have written
record Fence(String name, String statement, String piece, String instead, Story story) {

  static List<Fence> all() {
    return List.of(
        new Fence(
            "a settlement names its claim",
            "end_attempts",
            "AND r.worker = s.worker AND r.claim_number = s.claim_number",
            "AND r.worker = s.worker",
            Fence::settles_under_an_old_claim),
        new Fence(
            "a claim is its worker's",
            "end_attempts",
            "AND r.worker = s.worker AND r.claim_number = s.claim_number",
            "AND r.claim_number = s.claim_number",
            Fence::settles_under_a_number_of_another_worker),
        new Fence(
            "only a settlement leaves its claim in finished",
            "end_attempts",
            "CASE WHEN g.is_settled THEN g.claim_number END",
            "g.claim_number",
            Fence::settles_after_its_workers_death_ended_the_task),
        new Fence(
            "what did not hold its task is looked up",
            "settled_before",
            "AND claim_number IS NOT NULL",
            "AND claim_number IS NULL",
            Fence::settles_again),
        new Fence(
            "a claim locks its worker",
            "claim",
            "(SELECT incarnation FROM asked) AND NOT dead FOR KEY SHARE",
            "(SELECT incarnation FROM asked) AND NOT dead",
            Fence::claims_while_its_worker_is_declared_dead),
        new Fence(
            "the dead claim nothing",
            "claim",
            "(SELECT incarnation FROM asked) AND NOT dead FOR KEY SHARE",
            "(SELECT incarnation FROM asked) FOR KEY SHARE",
            Fence::claims_after_its_worker_was_declared_dead),
        new Fence(
            "the dead have no heartbeat",
            "renew_worker",
            "WHERE w.incarnation = :incarnation AND NOT w.dead",
            "WHERE w.incarnation = :incarnation",
            Fence::beats_after_it_was_declared_dead),
        new Fence(
            "only the beat that was judged dies",
            "mark_dead",
            "AND w.beat = :beat AND NOT w.dead",
            "AND w.beat >= :beat AND NOT w.dead",
            Fence::beats_while_it_is_judged),
        new Fence(
            "a death waits for claims under way",
            "lock_dead",
            "AND dead FOR UPDATE",
            "AND dead",
            Fence::dies_while_a_claim_is_under_way),
        new Fence(
            "a reclaim passes over what is being settled",
            "lock_held",
            "FOR UPDATE OF r SKIP LOCKED",
            "FOR UPDATE OF r",
            Fence::dies_while_a_task_is_settled));
  }

  /// The text of `sql` without this fence, if it holds the statement.
  String without(String sql) {
    var start = sql.indexOf("-- name: " + statement + "\n");
    if (start < 0) {
      return sql;
    }
    var at = sql.indexOf(piece, start);
    var end = sql.indexOf("-- name: ", start + 1);
    if (at < 0 || (end >= 0 && at > end)) {
      throw new IllegalStateException("'" + piece + "' is not in the statement " + statement);
    }
    return sql.substring(0, at) + instead + sql.substring(at + piece.length());
  }

  private static void settles_under_an_old_claim(FenceStage stage) {
    var id = Actors.enqueue(stage.store(), 1).getFirst();
    var worker = Actors.join(stage.store());
    var old = Actors.claim(stage.store(), worker, 1).getFirst();
    stage.store().settle(List.of(Actors.settlement(old, new Outcome.GivenBack())));
    Actors.claim(stage.store(), worker, 1);

    assertThat(stage.succeed(old)).isEqualTo(new Settled.Stale());
    assertThat(stage.place(id)).isEqualTo("running");
  }

  private static void settles_under_a_number_of_another_worker(FenceStage stage) {
    var id = Actors.enqueue(stage.store(), 1).getFirst();
    var anna = Actors.join(stage.store());
    var bert = Actors.join(stage.store());
    var old = claim(stage, anna, 7);
    stage.store().settle(List.of(Actors.settlement(old, new Outcome.GivenBack())));
    claim(stage, bert, 7);

    assertThat(stage.succeed(old)).isEqualTo(new Settled.Stale());
    assertThat(stage.place(id)).isEqualTo("running");
  }

  private static void settles_after_its_workers_death_ended_the_task(FenceStage stage) {
    var once = Spec.of(Actors.GREET).retry(RetryPolicy.DEFAULT.withMaxAttempts(1)).build();
    stage.store().enqueue(List.of(NewTask.of(once)));
    var worker = Actors.join(stage.store());
    var task = Actors.claim(stage.store(), worker, 1).getFirst();
    stage.declareDead(worker);
    assertThat(stage.store().reclaim(Actors.join(stage.store())))
        .extracting(Reclaimed::place)
        .containsExactly(new Place.Finished(TaskStatus.FAILED, 1));

    assertThat(stage.succeed(task)).isEqualTo(new Settled.Stale());
  }

  private static void settles_again(FenceStage stage) {
    Actors.enqueue(stage.store(), 1);
    var task = Actors.claim(stage.store(), Actors.join(stage.store()), 1).getFirst();
    var done = new Settled.Applied(new Place.Finished(TaskStatus.SUCCESSFUL, 1));

    assertThat(stage.succeed(task)).isEqualTo(done);
    assertThat(stage.succeed(task)).isEqualTo(done);
  }

  private static void claims_while_its_worker_is_declared_dead(FenceStage stage) throws Exception {
    var id = Actors.enqueue(stage.store(), 1).getFirst();
    var worker = Actors.join(stage.store());
    stage.run("SELECT FROM reproq.worker WHERE incarnation = '" + worker + "' FOR UPDATE");
    stage.run("UPDATE reproq.worker SET dead = true WHERE incarnation = '" + worker + "'");

    var answer = stage.afterCommit(() -> Actors.tryClaim(stage.store(), worker, 1));

    assertThat(answer).isEqualTo(new ClaimAnswer.WorkerGone());
    assertThat(stage.place(id)).isEqualTo("ready");
  }

  private static void claims_after_its_worker_was_declared_dead(FenceStage stage) {
    Actors.enqueue(stage.store(), 1);
    var worker = Actors.join(stage.store());
    stage.declareDead(worker);

    assertThat(Actors.tryClaim(stage.store(), worker, 1)).isEqualTo(new ClaimAnswer.WorkerGone());
  }

  private static void beats_after_it_was_declared_dead(FenceStage stage) {
    var worker = Actors.join(stage.store());
    stage.declareDead(worker);

    assertThat(stage.store().renew(worker)).isEqualTo(new RenewAnswer.Gone());
  }

  private static void beats_while_it_is_judged(FenceStage stage) throws Exception {
    var observer = Actors.join(stage.store());
    var worker = Actors.join(stage.store());
    var row = "WHERE incarnation = '" + worker + "'";
    // Nobody holds this lock, so it is dead as soon as it was silent for long enough.
    stage.database().sql("UPDATE reproq.worker SET lock_key = 1 " + row);
    stage.run("SELECT FROM reproq.worker " + row + " FOR UPDATE");
    stage.run("UPDATE reproq.worker SET beat = beat + 1 " + row);
    Actors.until(
        "it was silent for long enough",
        Duration.ofMillis(100),
        () -> stage.isHeldUp(() -> stage.store().reclaim(observer)));

    assertThat(stage.store().renew(worker)).isInstanceOf(RenewAnswer.Alive.class);
  }

  private static void dies_while_a_claim_is_under_way(FenceStage stage) throws Exception {
    var id = Actors.enqueue(stage.store(), 1).getFirst();
    var observer = Actors.join(stage.store());
    var worker = Actors.join(stage.store());
    stage.claimMeanwhile(worker, id);
    stage.declareDead(worker);

    assertThat(stage.afterCommit(() -> stage.store().reclaim(observer))).isEmpty();
    stage.store().reclaim(observer);

    assertThat(stage.place(id)).isEqualTo("ready");
  }

  private static void dies_while_a_task_is_settled(FenceStage stage) throws Exception {
    var ids = Actors.enqueue(stage.store(), 2);
    var observer = Actors.join(stage.store());
    var worker = Actors.join(stage.store());
    Actors.claim(stage.store(), worker, 2);
    stage.run("SELECT FROM reproq.running WHERE result_id = " + ids.getFirst() + " FOR UPDATE");
    stage.declareDead(worker);

    assertThat(stage.atOnce(() -> stage.store().reclaim(observer)))
        .extracting(Reclaimed::resultId)
        .containsExactly(ids.getLast());
  }

  private static ClaimedTask claim(FenceStage stage, UUID worker, long number) {
    var request =
        new ClaimRequest(
            new ClaimId(worker, number),
            List.of(new Quota("default", 1)),
            new Routing(Set.of(Actors.GREET), false));
    if (stage.store().claim(request)
        instanceof ClaimAnswer.Taken(var tasks, var moved, var retryIn)) {
      return tasks.getFirst();
    }
    throw new AssertionError("the worker is gone");
  }

  /// What is told on a stage; it ends with an [AssertionError] where it goes wrong.
  @FunctionalInterface
  interface Story {
    void tell(FenceStage stage) throws Exception;
  }
}
