package io.reproq.cli.option;

import io.reproq.ReproqBuilder;
import io.reproq.dsn.Dsn;
import io.reproq.store.StoreProvider;
import io.reproq.store.TaskStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which database a command works on: `--dsn`, else `DATABASE_URL`, else a file in the current
/// folder.
public final class DatabaseOption {
  /// Where tasks are when nobody says where.
  public static final String FALLBACK = "sqlite:reproq.db";

  private final Surroundings surroundings;
  private final CommonOptions common;

  @Option(
      names = "--dsn",
      paramLabel = "DSN",
      description =
          "The database: sqlite:FILE, memory: or postgres://user:password@host:port/database."
              + " Default: DATABASE_URL, else sqlite:reproq.db in the current folder.")
  private @Nullable String text;

  @Option(
      names = "--require-dsn",
      description = "Fail when neither --dsn nor DATABASE_URL is there, instead of choosing.")
  private boolean required;

  public DatabaseOption(Surroundings surroundings, CommonOptions common) {
    this.surroundings = surroundings;
    this.common = common;
  }

  /// The database's name. Says on standard error which one it is when nobody chose it.
  ///
  /// @throws CommandFailure when none was given and one is required
  /// @throws io.reproq.dsn.InvalidDsnException when it cannot be read
  public Dsn dsn() {
    return Dsn.parse(given());
  }

  /// The database's name as it was given, with the password that [#dsn] does not show: for a child
  /// process, and never for a message.
  public String given() {
    if (text != null) {
      return text;
    }
    var variable = surroundings.variable("DATABASE_URL", "");
    if (!variable.isEmpty()) {
      return variable;
    }
    if (required) {
      throw new CommandFailure("no database: give --dsn or set DATABASE_URL");
    }
    common.err().println("reproq: using " + FALLBACK + " in the current folder");
    return FALLBACK;
  }

  /// What was given, before it is read; null when nobody named a database.
  public @Nullable String text() {
    var variable = surroundings.variable("DATABASE_URL", "");
    return text != null ? text : variable.isEmpty() ? null : variable;
  }

  /// Opens the store of [#dsn], its schema brought up to date.
  public TaskStore open() {
    return open(dsn());
  }

  /// Opens the store of [#dsn] as `settings` say.
  public TaskStore open(StoreProvider.Settings settings) {
    return ReproqBuilder.open(dsn(), settings);
  }

  /// Opens the store that `dsn` names, its schema brought up to date.
  public static TaskStore open(Dsn dsn) {
    return ReproqBuilder.open(dsn, StoreProvider.Settings.defaults());
  }
}
