package io.reproq.testkit;

import io.reproq.json.Json;
import io.reproq.store.NewTask;
import io.reproq.store.NewTask.Moment;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Limits;
import io.reproq.task.Outcome;
import io.reproq.task.Payload;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/// Draws what a history is made of. The same seed draws the same.
final class Draw {
  private static final List<String> PATHS =
      List.of(Stage.GREET, Stage.GREET, "sample.sum", "sample.mail", "sample.odd");

  private static final List<String> QUEUES =
      List.of(Spec.DEFAULT_QUEUE, Spec.DEFAULT_QUEUE, "mail");

  private final Random random;

  Draw(long seed) {
    random = new Random(seed);
  }

  /// A number from 0 to below `bound`.
  int below(int bound) {
    return random.nextInt(bound);
  }

  <T> T pick(List<T> list) {
    return list.get(below(list.size()));
  }

  UUID uuid() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  /// A task that often has a twin, of any path, queue and priority.
  NewTask task() {
    var retry = OutcomeContract.eager(1 + below(3)).withBase(Duration.ofSeconds(below(2) * 2L));
    var spec =
        Spec.of(pick(PATHS))
            .queue(pick(QUEUES))
            .priority(below(4) == 0 ? below(3) - 1 : 0)
            .payload(Payload.ofArgs(new Json("[" + below(2) + "]")))
            .limits(limits())
            .retry(retry)
            .build();
    var life = below(8) == 0 ? new Moment.After(Duration.ofSeconds(1 + below(20))) : null;
    var task = NewTask.of(spec).unique(below(3) == 0).expiring(life);
    return below(4) == 0 ? task.after(Duration.ofSeconds(below(12))) : task;
  }

  /// Mostly none; else of few keys, with limits that differ.
  private Limits limits() {
    if (below(3) > 0) {
      return Limits.NONE;
    }
    var lock = below(2) == 0 ? "l" + below(2) : null;
    return new Limits(lock, below(2) == 0 ? "s" : null, 1 + below(2));
  }

  /// An attempt's end, of any kind.
  Outcome outcome() {
    return switch (below(9)) {
      case 0, 1, 2 -> new Outcome.Succeeded(new Json("" + below(100)));
      case 3, 4 -> new Outcome.Failed(Stage.BOOM, true);
      case 5 -> new Outcome.Failed(Stage.BOOM, false);
      case 6 -> new Outcome.Snoozed(Duration.ofSeconds(below(3)));
      case 7 -> new Outcome.GivenBack();
      default -> new Outcome.Cancelled(Failure.of(FailureKind.CANCELLED, "stopped"));
    };
  }
}
