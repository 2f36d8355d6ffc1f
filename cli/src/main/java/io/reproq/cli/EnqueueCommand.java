package io.reproq.cli;

import static io.reproq.cli.option.CommandFailure.atLeast;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.TaskStore;
import io.reproq.task.Spec;
import io.reproq.task.TraceContext;
import java.time.Duration;
import java.util.Collections;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq enqueue`.
@Command(
    name = "enqueue",
    header = "Add a task; print its id.",
    description = {
      "With several databases it goes to the one of its queue. A task like one that is not finished"
          + " yet (same spec) is not added again: the id is that one's. --no-dedupe adds it all the"
          + " same, and so does --count, which asks for that many.",
      "The task goes on in the trace that TRACEPARENT and TRACESTATE of the environment name."
    },
    footer = {
      "",
      "Examples:",
      "  reproq enqueue reproq.echo --kwargs '{\"text\": \"hello\"}'",
      "  reproq enqueue reproq.flaky --kwargs '{\"failures\": 2}' --backoff 0.5 --max-attempts 5",
      "  reproq enqueue reproq.noop --count 2000 --queue bulk --delay 1m30s"
    })
final class EnqueueCommand implements Runnable {
  private static final int BATCH = 1000;

  private final Surroundings surroundings;
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;
  @Mixin private final PayloadOptions arguments = new PayloadOptions();
  @Mixin private final KeyOptions keys = new KeyOptions();

  @Parameters(paramLabel = "TASK_PATH", description = "Which code runs, as in sample.greet.")
  private String taskPath = "";

  @Option(
      names = "--takes-context",
      description = "A Python function gets its task's context as its first argument.")
  private boolean takesContext;

  @Option(names = "--queue", paramLabel = "NAME", description = "Default: ${DEFAULT-VALUE}.")
  private String queue = Spec.DEFAULT_QUEUE;

  @Option(names = "--priority", paramLabel = "N", description = "Higher runs first. Default: 0.")
  private int priority;

  @Option(
      names = "--delay",
      paramLabel = "DURATION",
      description = "Start no earlier than this from now: seconds (2, 0.5), 1m30s, 7d or PT2S.")
  private Duration delay = Duration.ZERO;

  @Option(
      names = "--run-after",
      paramLabel = "TIME",
      description = "Start no earlier: a time with an offset, like 2026-01-31T12:00:00Z.")
  private @Nullable String runAfter;

  @Option(
      names = "--expires-in",
      paramLabel = "DURATION",
      description = "Never start after this from now; the task ends CANCELLED then.")
  private @Nullable Duration expiresIn;

  @Option(
      names = "--max-attempts",
      paramLabel = "N",
      description = "Attempts in all. Default: ${DEFAULT-VALUE}.")
  private int maxAttempts = RetryPolicy.DEFAULT.maxAttempts();

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "How long one attempt may take. Default: 15m.")
  private Duration timeout = Spec.DEFAULT_TIMEOUT;

  @Option(
      names = "--backoff",
      paramLabel = "DURATION",
      description = "Delay after the first failure; it doubles with each, up to 1h. Default: 30s.")
  private Duration backoff = RetryPolicy.DEFAULT.base();

  @Option(names = "--count", paramLabel = "N", description = "Add so many such tasks. Default: 1.")
  private int count = 1;

  @Option(names = "--no-dedupe", description = "Add the task beside any unfinished one like it.")
  private boolean noDedupe;

  EnqueueCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    atLeast(1, "--count", count);
    var task = task();
    var one = database.ofQueue(queue);
    try (var store = one.open()) {
      if (answer.isJson()) {
        var out = JsonNodeFactory.instance.objectNode();
        var ids = out.putArray("result_ids");
        var duplicates = out.putArray("duplicates");
        enqueue(
            store,
            task,
            enqueued -> {
              ids.add(enqueued.resultId());
              if (enqueued instanceof Enqueued.Duplicate) {
                duplicates.add(enqueued.resultId());
              }
            });
        common.out().println(one.mark(out));
      } else {
        enqueue(store, task, enqueued -> common.out().println(one.id(enqueued.resultId())));
      }
    }
  }

  private void enqueue(TaskStore store, NewTask task, Consumer<Enqueued> told) {
    for (var left = count; left > 0; left -= BATCH) {
      store.enqueue(Collections.nCopies(Math.min(left, BATCH), task)).forEach(told);
    }
  }

  private NewTask task() {
    var spec =
        Spec.of(taskPath)
            .payload(arguments.payload(takesContext))
            .queue(queue)
            .priority(priority)
            .limits(keys.limits())
            .runAfter(EnqueueTimes.runAfter(runAfter, delay))
            .timeout(timeout)
            .retry(retry())
            .build();
    var headers = StartedTrace.of(surroundings).map(TraceContext::headers).orElse(null);
    var task = NewTask.of(spec).withHeaders(headers).expiring(EnqueueTimes.expiry(expiresIn));
    return (runAfter == null ? task.after(delay) : task).unique(!noDedupe && count == 1);
  }

  private RetryPolicy retry() {
    atLeast(1, "--max-attempts", maxAttempts);
    var policy = RetryPolicy.DEFAULT.withMaxAttempts(maxAttempts).withBase(backoff);
    // A first delay beyond the cap was asked for by name: it raises the cap.
    return backoff.compareTo(policy.cap()) > 0 ? policy.withCap(backoff) : policy;
  }
}
