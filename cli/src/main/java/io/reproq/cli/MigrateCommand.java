package io.reproq.cli;

import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.DatabaseOption;
import io.reproq.cli.option.Surroundings;
import io.reproq.dsn.Dsn;
import io.reproq.jdbc.Migration;
import io.reproq.jdbc.Migrations;
import io.reproq.jdbc.postgres.PostgresStoreProvider;
import io.reproq.jdbc.sqlite.SqliteStoreProvider;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
  @ArgGroup private Look look = new Look();

  MigrateCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
  }

  @Override
  public void run() {
    var dsn = database.dsn();
    if (dsn instanceof Dsn.Memory) {
      common.out().println("memory: has no schema");
      return;
    }
    var migrations =
        new SqliteStoreProvider()
            .migrations(dsn)
            .or(() -> new PostgresStoreProvider().migrations(dsn))
            .orElseThrow(() -> new CommandFailure("no store of this build migrates " + dsn));
    if (look.print) {
      migrations.missing().forEach(step -> common.out().println(script(step)));
    } else if (look.status) {
      status(migrations);
      new PostgresStoreProvider()
          .adoptable(dsn)
          .ifPresent(tasks ->
              common
                  .out()
                  .println("to be adopted: the table task_runs with %d task(s)".formatted(tasks)));
    } else {
      migrate(migrations);
    }
  }

  private void migrate(Migrations migrations) {
    var notices = new ArrayList<String>();
    var taken = migrations.run(notices::add);
    taken.forEach(step -> common.out().println("applied " + label(step)));
    notices.forEach(common.out()::println);
    if (taken.isEmpty()) {
      common.out().println("up to date at version " + migrations.all().getLast().version());
    }
  }

  private void status(Migrations migrations) {
    List<Migration> missing = migrations.missing();
    for (var step : migrations.all()) {
      common.out().println((missing.contains(step) ? "missing " : "applied ") + label(step));
    }
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
