package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.database.NamedDatabase;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.Schedules;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `reproq schedules`, which only holds its own commands.
@Command(
    name = "schedules",
    header = "List and change what is enqueued by the clock.",
    description = "A schedule enqueues while some process has a beat: see reproq beat.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  reproq schedules set nightly --cron '0 3 * * *' --task sample.report",
      "  reproq schedules list",
      "  reproq schedules run-now nightly"
    })
final class SchedulesCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();

  private SchedulesCommand() {}

  static CommandLine create(Surroundings surroundings) {
    return new CommandLine(new SchedulesCommand())
        .addSubcommand(new SchedulesListCommand(surroundings))
        .addSubcommand(new SchedulesSetCommand(surroundings))
        .addSubcommand(new Remove(surroundings))
        .addSubcommand(new Enable(surroundings))
        .addSubcommand(new Disable(surroundings))
        .addSubcommand(new RunNow(surroundings));
  }

  @Override
  public void run() {
    common.out().println(common.usageLine());
  }

  /// The schedules of a database.
  record Target(NamedDatabase database, Schedules schedules) {}

  /// A command about one schedule that must be there.
  abstract static class OfOne implements Runnable {
    @Mixin private final CommonOptions common = new CommonOptions();
    @Mixin private final DatabaseOption database;
    @Mixin private final Answer answer;

    @Parameters(paramLabel = "NAME", description = "The schedule's name.")
    private String name = "";

    OfOne(Surroundings surroundings) {
      this.database = new DatabaseOption(surroundings, common);
      this.answer = new Answer(common);
    }

    @Override
    public void run() {
      var one = holder();
      try (var store = one.open()) {
        var document = JsonNodeFactory.instance.objectNode().put("name", name);
        var words = act(new Target(one, store.schedules()), name, document);
        answer.give(() -> one.mark(document), () -> words);
      }
    }

    /// The database that has the schedule; where none has, any of those looked at.
    private NamedDatabase holder() {
      var all = database.all();
      if (all.size() == 1) {
        return all.getFirst();
      }
      var holders = all.stream().filter(this::has).toList();
      if (holders.size() > 1) {
        throw new CommandFailure(
            "there is a schedule '%s' in each of %s: choose one with --database"
                .formatted(
                    name,
                    holders.stream().map(NamedDatabase::alias).collect(Collectors.joining(", "))));
      }
      return holders.isEmpty() ? all.getFirst() : holders.getFirst();
    }

    private boolean has(NamedDatabase one) {
      try (var store = one.open()) {
        return store.schedules().list().stream().anyMatch(row -> row.name().equals(name));
      }
    }

    /// Does it, and says what it did: in words, and in `document`.
    abstract String act(Target target, String schedule, ObjectNode document);

    static CommandFailure unknown(String name) {
      return new CommandFailure(
          "there is no schedule '" + name + "'; reproq schedules list shows those there are");
    }
  }

  @Command(
      name = "remove",
      header = "Remove a schedule; what it has enqueued stays.",
      footer = {"", "Example:", "  reproq schedules remove nightly"})
  static final class Remove extends OfOne {
    Remove(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    String act(Target target, String schedule, ObjectNode document) {
      if (!target.schedules().remove(schedule)) {
        throw unknown(schedule);
      }
      document.put("removed", true);
      return "Removed schedule " + schedule;
    }
  }

  @Command(
      name = "enable",
      header = "Let a schedule enqueue again; what it missed is not made up for.",
      footer = {"", "Example:", "  reproq schedules enable nightly"})
  static final class Enable extends OfOne {
    Enable(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    String act(Target target, String schedule, ObjectNode document) {
      if (!target.schedules().enable(schedule, true)) {
        throw unknown(schedule);
      }
      document.put("enabled", true);
      return "Enabled schedule " + schedule;
    }
  }

  @Command(
      name = "disable",
      header = "Let a schedule enqueue nothing until it is enabled.",
      footer = {"", "Example:", "  reproq schedules disable nightly"})
  static final class Disable extends OfOne {
    Disable(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    String act(Target target, String schedule, ObjectNode document) {
      if (!target.schedules().enable(schedule, false)) {
        throw unknown(schedule);
      }
      document.put("enabled", false);
      return "Disabled schedule " + schedule;
    }
  }

  @Command(
      name = "run-now",
      header = "Enqueue a schedule's task now, also of a disabled one; print its id.",
      footer = {"", "Example:", "  reproq schedules run-now nightly"})
  static final class RunNow extends OfOne {
    RunNow(Surroundings surroundings) {
      super(surroundings);
    }

    @Override
    String act(Target target, String schedule, ObjectNode document) {
      var id = target.schedules().runNow(schedule).orElseThrow(() -> unknown(schedule));
      document.put("result_id", id);
      return target.database().id(id);
    }
  }
}
