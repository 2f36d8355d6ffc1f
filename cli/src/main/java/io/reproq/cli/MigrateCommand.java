package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.dsn.Dsn;
import io.reproq.jdbc.Migration;
import io.reproq.jdbc.Migrations;
import io.reproq.jdbc.postgres.PostgresStoreProvider;
import io.reproq.jdbc.sqlite.SqliteStoreProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `reproq migrate`.
@Command(
    name = "migrate",
    header = "Bring the database's schema up to date.",
    description = {
      "Every command that opens a database does so too. Steps go forward only, and all that are"
          + " missing are taken in one transaction. On PostgreSQL they adopt the tasks of the"
          + " system that Reproq replaces, whose workers must be stopped before."
    },
    footer = {
      "",
      "Examples:",
      "  reproq migrate --status",
      "  reproq migrate --print > steps.sql",
      "  reproq migrate --dsn sqlite:tasks.db"
    })
final class MigrateCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;
  @ArgGroup private Look look = new Look();

  MigrateCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    var dsn = database.dsn();
    if (dsn instanceof Dsn.Memory) {
      answer.give(() -> steps(List.of(), List.of()), () -> "memory: has no schema");
      return;
    }
    var migrations =
        new SqliteStoreProvider()
            .migrations(dsn)
            .or(() -> new PostgresStoreProvider().migrations(dsn))
            .orElseThrow(() -> new CommandFailure("no store of this build migrates " + dsn));
    if (look.print) {
      print(migrations.missing());
    } else if (look.status) {
      status(migrations, new PostgresStoreProvider().adoptable(dsn));
    } else {
      migrate(migrations);
    }
  }

  private void print(List<Migration> missing) {
    if (answer.isJson()) {
      var document = JsonNodeFactory.instance.objectNode();
      var steps = document.putArray("missing");
      missing.forEach(step -> steps.add(toJson(step).put("sql", step.sql())));
      common.out().println(document);
    } else {
      missing.forEach(step -> common.out().println(script(step)));
    }
  }

  private void migrate(Migrations migrations) {
    var notices = new ArrayList<String>();
    var taken = migrations.run(notices::add);
    answer.give(
        () -> {
          var document = steps(taken, List.of());
          var told = document.putArray("notices");
          notices.forEach(told::add);
          return document.put("version", migrations.all().getLast().version());
        },
        () -> words(taken, notices, migrations.all().getLast()));
  }

  private static String words(List<Migration> taken, List<String> notices, Migration last) {
    var lines = new ArrayList<String>();
    taken.forEach(step -> lines.add("applied " + label(step)));
    lines.addAll(notices);
    if (taken.isEmpty()) {
      lines.add("up to date at version " + last.version());
    }
    return String.join(System.lineSeparator(), lines);
  }

  private void status(Migrations migrations, OptionalLong adoptable) {
    var missing = migrations.missing();
    if (answer.isJson()) {
      var applied = new ArrayList<>(migrations.all());
      applied.removeAll(missing);
      var document = steps(applied, missing);
      adoptable.ifPresent(tasks -> document.put("adoptable", tasks));
      common.out().println(document);
      return;
    }
    for (var step : migrations.all()) {
      common.out().println((missing.contains(step) ? "missing " : "applied ") + label(step));
    }
    adoptable.ifPresent(tasks ->
        common
            .out()
            .println("to be adopted: the table task_runs with %d task(s)".formatted(tasks)));
  }

  private static ObjectNode steps(List<Migration> applied, List<Migration> missing) {
    var document = JsonNodeFactory.instance.objectNode();
    var taken = document.putArray("applied");
    applied.forEach(step -> taken.add(toJson(step)));
    var left = document.putArray("missing");
    missing.forEach(step -> left.add(toJson(step)));
    return document;
  }

  private static ObjectNode toJson(Migration step) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("version", step.version())
        .put("name", step.name());
  }

  private static String script(Migration step) {
    return "-- Version " + label(step) + "\n" + step.sql().stripTrailing() + "\n";
  }

  private static String label(Migration step) {
    return step.version() + " " + step.name();
  }

  /// Ways to look without changing anything.
  static final class Look {
    @Option(names = "--print", description = "Print the SQL of the missing steps, and stop.")
    private boolean print;

    @Option(
        names = "--status",
        description = "Print which steps were taken and what is to be adopted, and stop.")
    private boolean status;
  }
}
