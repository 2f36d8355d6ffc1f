package io.reproq.cli.torture;

import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.NewTask;
import io.reproq.store.NewWorkflow.Member;
import io.reproq.task.Limits;
import io.reproq.task.Payload;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Draws tasks from a seed: the same seed draws the same ones. All are built-in tasks, which every
/// worker runs.
final class Mix {
  /// Those who are killed use attempts up, too.
  private static final int MANY_ATTEMPTS = 50;

  private static final int LOCKS = 10;
  private static final int SLOTS = 5;
  private static final int SLOT_LIMIT = 3;
  private static final int MEMBERS = 3;

  private final Random random;
  private final String queue;

  Mix(long seed, String queue) {
    this.random = new Random(seed);
    this.queue = queue;
  }

  /// One that belongs to no workflow.
  Planned next() {
    return switch (random.nextInt(10)) {
      case 0, 1, 2 -> Planned.of(noop(), TaskStatus.SUCCESSFUL);
      case 3 ->
          Planned.of(task("reproq.flaky", "{\"failures\":2}", Limits.NONE), TaskStatus.SUCCESSFUL);
      case 4 -> Planned.of(failing(), TaskStatus.FAILED);
      case 5 -> Planned.of(sleep(new Limits(lock(), null, 0)), TaskStatus.SUCCESSFUL);
      case 6 -> Planned.of(sleep(new Limits(null, slot(), SLOT_LIMIT)), TaskStatus.SUCCESSFUL);
      case 7 -> Planned.of(sleep(new Limits(lock(), slot(), SLOT_LIMIT)), TaskStatus.SUCCESSFUL);
      case 8 -> delayed();
      default ->
          new Planned(
              sleep(Limits.NONE),
              Set.of(TaskStatus.SUCCESSFUL, TaskStatus.CANCELLED),
              Duration.ZERO,
              true);
    };
  }

  /// A chain, or members that a callback waits for.
  List<Member> workflow() {
    var isChain = random.nextBoolean();
    var members = new ArrayList<Member>();
    for (var i = 0; i < MEMBERS; i++) {
      members.add(new Member(noop(), isChain && i > 0 ? List.of(i - 1) : List.of()));
    }
    if (!isChain) {
      members.add(new Member(noop(), List.of(0, 1, 2)));
    }
    return members;
  }

  private Planned delayed() {
    var delay = Duration.ofMillis(100L + random.nextInt(1_900));
    return new Planned(noop().after(delay), Set.of(TaskStatus.SUCCESSFUL), delay, false);
  }

  private NewTask noop() {
    return task("reproq.noop", "{}", Limits.NONE);
  }

  private NewTask sleep(Limits limits) {
    return task("reproq.sleep", "{\"millis\":" + (1 + random.nextInt(10)) + "}", limits);
  }

  private NewTask failing() {
    var policy = RetryPolicy.DEFAULT.withMaxAttempts(2).withBase(Duration.ofMillis(20));
    return task("reproq.fail", "{\"message\":\"as planned\"}", Limits.NONE, policy);
  }

  private NewTask task(String path, String arguments, Limits limits) {
    var policy = RetryPolicy.DEFAULT.withMaxAttempts(MANY_ATTEMPTS).withBase(Duration.ofMillis(20));
    return task(path, arguments, limits, policy);
  }

  private NewTask task(String path, String arguments, Limits limits, RetryPolicy policy) {
    return NewTask.of(
        Spec.of(path)
            .payload(new Payload(new Json("[]"), new Json(arguments), false))
            .queue(queue)
            .limits(limits)
            .retry(policy)
            .build());
  }

  private String lock() {
    return queue + "-lock-" + random.nextInt(LOCKS);
  }

  private String slot() {
    return queue + "-slot-" + random.nextInt(SLOTS);
  }
}
