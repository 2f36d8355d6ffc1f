package io.reproq.cli;

import static io.reproq.cli.option.CommandFailure.atLeast;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.json.Json;
import io.reproq.schedule.Overlap;
import io.reproq.schedule.Schedule;
import io.reproq.schedule.TaskTemplate;
import io.reproq.store.ScheduleRow;
import io.reproq.task.Payload;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `reproq schedules set`.
@Command(
    name = "set",
    header = "Make a schedule, or replace the one of its name; print its next runs.",
    description = {
      "CRON is minute, hour, day of month, month and day of week, or one of @hourly, @daily,"
          + " @weekly, @monthly and @yearly. Where clocks go forward, a fixed time that is left out"
          + " runs at the end of the gap; where they go back, one that comes twice runs once."
    },
    footer = {
      "",
      "Examples:",
      "  reproq schedules set nightly --cron '0 3 * * *' --time-zone Europe/Berlin --task"
          + " sample.report",
      "  reproq schedules set poll --cron '*/5 * * * mon-fri' --task reproq.echo --kwargs '{\"n\":"
          + " 1}' --overlap skip"
    })
final class SchedulesSetCommand implements Runnable {
  private static final int SHOWN_RUNS = 3;

  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;
  @Mixin private final PayloadOptions arguments = new PayloadOptions();
  @Mixin private final KeyOptions keys = new KeyOptions();

  @Parameters(paramLabel = "NAME", description = "The schedule's name.")
  private String name = "";

  @Option(names = "--cron", paramLabel = "CRON", required = true, description = "When it is due.")
  private String cron = "";

  @Option(
      names = "--task",
      paramLabel = "TASK_PATH",
      required = true,
      description = "Which code runs, as in sample.greet.")
  private String taskPath = "";

  @Option(
      names = "--time-zone",
      paramLabel = "ZONE",
      description = "That of CRON, as in Europe/Berlin. Default: ${DEFAULT-VALUE}.")
  private String timeZone = "UTC";

  @Option(names = "--queue", paramLabel = "NAME", description = "Default: ${DEFAULT-VALUE}.")
  private String queue = Spec.DEFAULT_QUEUE;

  @Option(names = "--priority", paramLabel = "N", description = "Higher runs first. Default: 0.")
  private int priority;

  @Option(
      names = "--max-attempts",
      paramLabel = "N",
      description = "Attempts in all. Default: ${DEFAULT-VALUE}.")
  private int maxAttempts = 3;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "How long one attempt may take. Default: 15m.")
  private Duration timeout = Spec.DEFAULT_TIMEOUT;

  @Option(
      names = "--overlap",
      paramLabel = "HOW",
      description =
          "When the run before is not over: allow, skip (leave this one out) or queue (one after"
              + " another). Default: ${DEFAULT-VALUE}.")
  private String overlap = "allow";

  @Option(
      names = "--catch-up",
      description =
          "Make up for every run that was missed while there was no beat, and not only for one.")
  private boolean catchUp;

  @Option(names = "--disabled", description = "Enqueue nothing until it is enabled.")
  private boolean disabled;

  SchedulesSetCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    atLeast(1, "--max-attempts", maxAttempts);
    var task =
        TaskTemplate.of(taskPath)
            .withPayload(envelope(arguments.payload(false)))
            .withQueue(queue)
            .withPriority(priority)
            .withMaxAttempts(maxAttempts)
            .withTimeout(timeout)
            .withLimits(keys.limits());
    var schedule =
        Schedule.of(name, cron, task)
            .withTimeZone(timeZone)
            .withOverlap(Overlap.of(overlap))
            .withCatchUp(catchUp)
            .withEnabled(!disabled);
    schedule.check();
    var one = database.ofQueue(queue);
    try (var store = one.open()) {
      var row = store.schedules().set(schedule);
      answer.give(() -> one.mark(SchedulesListCommand.toJson(row)), () -> line(row));
    }
  }

  private static Json envelope(Payload payload) {
    return new Json("{\"args\":" + payload.args() + ",\"kwargs\":" + payload.kwargs() + "}");
  }

  private static String line(ScheduleRow row) {
    var runs = new ArrayList<String>();
    var run = row.times().nextRunAt();
    while (run != null && runs.size() < SHOWN_RUNS) {
      runs.add(run.toString());
      run = row.schedule().when().next(run).orElse(null);
    }
    var state = row.schedule().enabled() ? "next runs " : "disabled; it would run at ";
    return "Schedule " + row.name() + ": " + state + String.join(", ", List.copyOf(runs));
  }
}
