package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.dsn.Dsn;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.NewTask;
import io.reproq.store.Settlement;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerInfo;
import io.reproq.task.ClaimId;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// A database in which task 1 is FAILED, task 2 is RUNNING on worker anna, and task 3 is READY.
final class PreparedDatabase {
  private static final UUID ANNA = UUID.fromString("00000000-0000-4000-8000-00000000000a");
  private static final String PATH = "sample.greet";

  private PreparedDatabase() {}

  /// Fills the database that `dsn` names.
  static void fill(String dsn) {
    try (var store = DatabaseOption.open(Dsn.parse(dsn))) {
      store.join(anna());
      enqueue(store);
      var first = claim(store, 1);
      var failure = new Failure(FailureKind.APP_ERROR, "Boom", "it broke\n badly", "at Sample");
      store.settle(
          List.of(
              new Settlement(
                  1,
                  first,
                  new Outcome.Failed(failure, false),
                  new Place.Finished(TaskStatus.FAILED, 1))));
      enqueue(store);
      claim(store, 2);
      enqueue(store);
    }
  }

  private static void enqueue(TaskStore store) {
    store.enqueue(List.of(NewTask.of(Spec.of(PATH).queue("mail").build())));
  }

  private static ClaimId claim(TaskStore store, int number) {
    var claim = new ClaimId(ANNA, number);
    var routing = new Routing(Set.of(PATH), false);
    store.claim(new ClaimRequest(claim, List.of(new Quota("mail", 1)), routing));
    return claim;
  }

  private static WorkerInfo anna() {
    var lease = Duration.ofSeconds(15);
    return new WorkerInfo(
        ANNA, "anna", "host", 4, List.of("mail"), Set.of(PATH), lease, lease.dividedBy(3), "1.2.3");
  }
}
