package io.reproq.cli.database;

import io.reproq.ReproqBuilder;
import io.reproq.cli.config.ConfigOption;
import io.reproq.cli.config.ConfiguredDefaults;
import io.reproq.cli.config.Databases;
import io.reproq.cli.config.QueueDatabases;
import io.reproq.cli.config.Setting;
import io.reproq.cli.config.Told;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.dsn.Dsn;
import io.reproq.store.StoreProvider;
import io.reproq.store.TaskStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which databases there are, and which of them a command works on.
///
/// With `--dsn` on the command line there is that one alone. Else there are those of the file, with
/// `DATABASE_URL` in the place of the default one's; else a file in the current folder.
public final class DatabaseOption {
  private static final String DSN = "--dsn";

  private final Surroundings surroundings;
  private final CommonOptions common;
  private final Map<String, NamedDatabase> named = new HashMap<>();
  private @Nullable QueueDatabases routes;
  private boolean isNamed;

  @Option(
      names = DSN,
      paramLabel = "DSN",
      description =
          "The database, and no other: sqlite:FILE, memory: or"
              + " postgres://user:password@host:port/database. Default: DATABASE_URL, else what the"
              + " configuration file says, else sqlite:reproq.db in the current folder.")
  private @Nullable String text;

  @Option(
      names = "--database",
      paramLabel = "ALIAS",
      description = "Of several databases in the configuration file, only this one.")
  private @Nullable String chosen;

  @Option(
      names = "--require-dsn",
      description =
          "Fail when neither --dsn nor DATABASE_URL nor the file names one, instead of choosing.")
  private boolean required;

  public DatabaseOption(Surroundings surroundings, CommonOptions common) {
    this.surroundings = surroundings;
    this.common = common;
  }

  /// The databases that there are, and which queues lie in which.
  ///
  /// @throws CommandFailure when flags, environment and file contradict each other
  public QueueDatabases routes() {
    if (routes == null) {
      routes = read();
    }
    return routes;
  }

  private QueueDatabases read() {
    if (text != null && common.line().getParseResult().hasMatchedOption(DSN)) {
      if (chosen != null) {
        throw new CommandFailure(
            "--dsn and --database are both there: --dsn is a database, --database the alias of one"
                + " in the configuration file");
      }
      isNamed = true;
      return new QueueDatabases(Databases.alone(text), Map.of());
    }
    var said = defaults();
    var dsn = text == null ? said.told(Setting.DSN).map(Told::value).orElse(null) : text;
    isNamed = dsn != null;
    var read = said.databases(dsn);
    if (chosen != null) {
      checkKnown("--database", chosen, read.databases());
    }
    return read;
  }

  /// Services have read the file already, which may be another one for them.
  private ConfiguredDefaults defaults() {
    return common.line().getDefaultValueProvider() instanceof ConfiguredDefaults known
        ? known
        : new ConfigOption(surroundings).defaults(List.of(Setting.DSN));
  }

  private static void checkKnown(String where, String alias, Databases databases) {
    if (!databases.dsns().containsKey(alias)) {
      throw new CommandFailure(
          "%s: there is no database '%s', only %s"
              .formatted(where, alias, String.join(", ", databases.dsns().keySet())));
    }
  }

  /// The aliases to work with: the chosen one, or all.
  public Set<String> aliases() {
    var all = routes().databases().dsns().keySet();
    return chosen == null ? all : Set.of(chosen);
  }

  /// The database of an alias that there is. Says on standard error which one it is when nobody
  /// named any.
  ///
  /// @throws CommandFailure when nobody did, and that is required
  /// @throws io.reproq.dsn.InvalidDsnException when its DSN cannot be read
  public NamedDatabase named(String alias) {
    return named.computeIfAbsent(alias, this::read);
  }

  private NamedDatabase read(String alias) {
    var dsns = routes().databases().dsns();
    var dsn = Objects.requireNonNull(dsns.get(alias), alias);
    if (!isNamed) {
      if (required) {
        throw new CommandFailure("no database: give --dsn or set DATABASE_URL");
      }
      common.err().println("reproq: using " + dsn + " in the current folder");
    }
    return new NamedDatabase(alias, Dsn.parse(dsn), dsns.size() == 1);
  }

  /// The chosen database, else each one: for commands that only look.
  public List<NamedDatabase> all() {
    return aliases().stream().map(this::named).toList();
  }

  /// The chosen database, else the default one. Says on standard error which one that is where
  /// there are several.
  public NamedDatabase one() {
    return named(alias());
  }

  private String alias() {
    var databases = routes().databases();
    if (chosen != null) {
      return chosen;
    }
    if (databases.dsns().size() > 1) {
      common
          .err()
          .printf(
              "reproq: using %s, the default of the databases %s; --database names another%n",
              databases.defaultAlias(), String.join(", ", databases.dsns().keySet()));
    }
    return databases.defaultAlias();
  }

  /// The chosen database, else the one in which the tasks of `queue` lie.
  public NamedDatabase ofQueue(String queue) {
    return named(chosen == null ? routes().aliasOf(queue) : chosen);
  }

  /// The database of a task: the one in its name, else the chosen one, else the default.
  ///
  /// @throws CommandFailure when there is none of that alias, or another one is chosen
  public NamedDatabase of(TaskName task) {
    var databases = routes().databases();
    var alias = task.alias();
    if (alias == null) {
      return named(chosen == null ? databases.defaultAlias() : chosen);
    }
    checkKnown("task " + task, alias, databases);
    if (chosen != null && !chosen.equals(alias)) {
      throw new CommandFailure("task " + task + " is not one of --database " + chosen);
    }
    return named(alias);
  }

  /// The DSN of [#one].
  public Dsn dsn() {
    return one().dsn();
  }

  /// The DSN of [#one] as it was given, with the password that [#dsn] does not show: for a child
  /// process, and never for a message.
  public String given() {
    return Objects.requireNonNull(routes().databases().dsns().get(one().alias()));
  }

  /// Opens the store of [#one], its schema brought up to date.
  public TaskStore open() {
    return one().open();
  }

  /// Opens the store that `dsn` names, its schema brought up to date.
  public static TaskStore open(Dsn dsn) {
    return ReproqBuilder.open(dsn, StoreProvider.Settings.defaults());
  }
}
