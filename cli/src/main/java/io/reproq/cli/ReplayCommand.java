package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.database.NamedDatabase;
import io.reproq.cli.database.TaskName;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.Replayed;
import io.reproq.store.TaskStore;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq replay`.
@Command(
    name = "replay",
    header = "Enqueue a task like an earlier one, whatever became of that.",
    description = {
      "The new task has the same code, arguments, queue, priority, keys and limits. It starts at"
          + " once, does not expire, and belongs to no workflow. The old one stays as it is: to"
          + " give a failed task itself another try, use triage retry.",
      "A task that was to be the only unfinished one of its spec is not enqueued beside a twin."
    },
    footer = {
      "",
      "Examples:",
      "  reproq replay --id 42",
      "  reproq replay --spec-hash \"$(reproq get 42 --json | jq -r .spec_hash)\""
    })
final class ReplayCommand implements Runnable {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  @ArgGroup(multiplicity = "1")
  private Target target = new Target();

  ReplayCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    var hash = target.hash();
    var task = target.id;
    var one = task == null ? database.one() : database.of(task);
    try (var store = one.open()) {
      var id = task == null ? newest(store, Objects.requireNonNull(hash)) : task.id();
      var newId = replay(store, one, id);
      if (answer.isJson()) {
        common
            .out()
            .println(
                one.mark(
                    JsonNodeFactory.instance
                        .objectNode()
                        .put("replayed", id)
                        .put("result_id", newId)));
      } else {
        common
            .out()
            .println(
                "Requeued task %s%s as new result_id %s"
                    .formatted(
                        one.id(id),
                        hash == null ? "" : " (spec_hash " + hash + ")",
                        one.id(newId)));
      }
    }
  }

  private static long newest(TaskStore store, String hash) {
    return store
        .newest(hash)
        .orElseThrow(() ->
            new CommandFailure(
                "there is no task with spec_hash " + hash + " in " + store.describe()));
  }

  private static long replay(TaskStore store, NamedDatabase database, long id) {
    return switch (store.replay(id)) {
      case Replayed.Enqueued(var newId) -> newId;
      case Replayed.Unknown unknown ->
          throw new CommandFailure(
              "there is no task " + database.id(id) + " in " + store.describe());
      case Replayed.TwinActive(var twin) ->
          throw new CommandFailure(
              "task %s was to be the only unfinished one of its spec, and task %s is not over: wait"
                      .formatted(database.id(id), twin == id ? "itself" : database.id(twin))
                  + " for its end, or cancel it");
    };
  }

  /// The task, named one way or the other.
  static final class Target {
    @Option(names = "--id", paramLabel = "ID", required = true, description = "The task's id.")
    private @Nullable TaskName id;

    @Option(
        names = "--spec-hash",
        paramLabel = "HASH",
        required = true,
        description =
            "The newest task with this hash: 64 hex digits, as get --json shows them. Old tasks are"
                + " looked through one by one, which takes a while where there are millions.")
    private @Nullable String specHash;

    @Nullable String hash() {
      if (specHash == null) {
        return null;
      }
      var hash = specHash.strip().toLowerCase(Locale.ROOT);
      if (!HASH.matcher(hash).matches()) {
        throw new CommandFailure(
            "--spec-hash wants 64 hex digits, as get --json shows them, found %d characters: '%s'"
                .formatted(hash.length(), specHash));
      }
      return hash;
    }
  }
}
