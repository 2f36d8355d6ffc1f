package io.reproq.bench;

import io.reproq.json.Json;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimedTask;
import io.reproq.store.NewTask;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerInfo;
import io.reproq.task.ClaimId;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// The store's verbs one by one, as a worker uses them, without the worker. For one thread.
final class Verbs implements AutoCloseable {
  private static final Duration LEASE = Duration.ofHours(1);

  private final TaskStore store;
  private final UUID incarnation = UUID.randomUUID();
  private long claims;

  private Verbs(TaskStore store) {
    this.store = store;
  }

  /// A worker for numbers in `database`, entered there.
  static Verbs on(PostgresDatabase database) {
    var verbs = new Verbs(database.store());
    verbs.store.join(
        new WorkerInfo(
            verbs.incarnation,
            "bench",
            "localhost",
            1000,
            List.of("default"),
            Set.of(Numbers.PATH),
            LEASE,
            Duration.ofMinutes(1),
            "bench"));
    return verbs;
  }

  /// Enqueues `tasks`, and returns their ids.
  List<Long> enqueue(List<NewTask> tasks) {
    return store.enqueue(tasks).stream().map(enqueued -> enqueued.resultId()).toList();
  }

  /// Claims up to `limit` tasks.
  List<ClaimedTask> claim(int limit) {
    claims++;
    var request =
        new ClaimRequest(
            new ClaimId(incarnation, claims),
            List.of(new ClaimRequest.Quota("default", limit)),
            new ClaimRequest.Routing(Set.of(Numbers.PATH), false));
    return switch (store.claim(request)) {
      case ClaimAnswer.Taken(var tasks, var _, var _) -> tasks;
      case ClaimAnswer.WorkerGone _ ->
          throw new IllegalStateException("the store takes the bench's worker for dead");
    };
  }

  /// Settles `tasks` as successes.
  void settle(List<ClaimedTask> tasks) {
    var settlements =
        tasks.stream()
            .map(task ->
                new Settlement(
                    task.resultId(),
                    task.claimId(),
                    new Outcome.Succeeded(Json.NULL),
                    new Place.Finished(TaskStatus.SUCCESSFUL, task.attempt())))
            .toList();
    for (var answer : store.settle(settlements)) {
      if (answer instanceof Settled.Stale) {
        throw new IllegalStateException("a claim of the bench's was stale when it was settled");
      }
    }
  }

  @Override
  public void close() {
    store.leave(incarnation);
    store.close();
  }
}
