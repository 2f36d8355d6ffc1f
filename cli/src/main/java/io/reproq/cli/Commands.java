package io.reproq.cli;

import io.reproq.cli.config.Configured;
import io.reproq.cli.config.ConfiguredDefaults;
import io.reproq.cli.database.TaskName;
import io.reproq.cli.demo.DemoCommand;
import io.reproq.cli.limit.LimitCommand;
import io.reproq.cli.log.ConsoleLogging;
import io.reproq.cli.look.TopCommand;
import io.reproq.cli.look.WorkersCommand;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Durations;
import io.reproq.cli.option.GoFlags;
import io.reproq.cli.option.Mistakes;
import io.reproq.cli.option.Numbers;
import io.reproq.cli.option.Surroundings;
import io.reproq.cli.option.Version;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// All commands, wired together, and what happens without one.
@Command(
    name = "reproq",
    header = "Durable background tasks.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Try:",
      "  reproq demo --dir /usr/share/doc --exit",
      "  reproq enqueue reproq.echo --kwargs '{\"text\": \"hello\"}'",
      "  reproq worker"
    })
final class Commands implements Callable<Integer> {
  @Mixin private final CommonOptions common = new CommonOptions();

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it.
  private boolean version;

  private Commands() {}

  /// The commands, for one run in `surroundings`.
  static CommandLine create(Surroundings surroundings) {
    var commands =
        new CommandLine(new Commands())
            .addSubcommand(new DemoCommand(surroundings))
            .addSubcommand(new WorkerCommand(surroundings))
            .addSubcommand(new ServerCommand(surroundings))
            .addSubcommand(new BeatCommand(surroundings))
            .addSubcommand(new EnqueueCommand(surroundings))
            .addSubcommand(new GetCommand(surroundings))
            .addSubcommand(new LogsCommand(surroundings))
            .addSubcommand(new StatusCommand(surroundings))
            .addSubcommand(new WorkersCommand(surroundings))
            .addSubcommand(new TopCommand(surroundings))
            .addSubcommand(new CancelCommand(surroundings))
            .addSubcommand(SchedulesCommand.create(surroundings))
            .addSubcommand(TriageCommand.create(surroundings))
            .addSubcommand(new ReplayCommand(surroundings))
            .addSubcommand(new PauseQueueCommand(surroundings))
            .addSubcommand(new ResumeQueueCommand(surroundings))
            .addSubcommand(new DrainCommand(surroundings))
            .addSubcommand(PruneCommand.create(surroundings))
            .addSubcommand(LimitCommand.create(surroundings))
            .addSubcommand(new ConfigCommand(surroundings))
            .addSubcommand(new DoctorCommand(surroundings))
            .addSubcommand(new MigrateCommand(surroundings))
            .addSubcommand(new SpecHashCommand(surroundings))
            .addSubcommand(new CompletionCommand())
            .addSubcommand(new VersionCommand());
    commands.getCommandSpec().version(Version.line());
    GoFlags.accept(commands);
    var mistakes = new Mistakes(ConfiguredDefaults::explain);
    return commands
        .setExpandAtFiles(false)
        .setUsageHelpWidth(100)
        .registerConverter(TaskName.class, TaskName::parse)
        .registerConverter(Duration.class, Durations::parse)
        .registerConverter(Integer.class, Numbers::toInt)
        .registerConverter(int.class, Numbers::toInt)
        .registerConverter(Long.class, Numbers::toLong)
        .registerConverter(long.class, Numbers::toLong)
        .setParameterExceptionHandler(mistakes)
        .setExecutionExceptionHandler(mistakes)
        .setExecutionStrategy(Commands::run);
  }

  /// No command at all is answered like an unknown one.
  @Override
  public Integer call() {
    common.out().println(common.usageLine());
    return 1;
  }

  private static int run(CommandLine.ParseResult parsed) {
    var configured = configured(parsed);
    try {
      chooseLogging(configured.asCommandLineList());
    } catch (CommandFailure e) {
      throw parseFailure(configured.asCommandLineList().getLast(), e);
    }
    return new CommandLine.RunLast().execute(configured);
  }

  /// What was parsed; parsed once more when files and the environment have other defaults.
  private static CommandLine.ParseResult configured(CommandLine.ParseResult parsed) {
    var line = parsed.asCommandLineList().getLast();
    if (!(line.getCommand() instanceof Configured command) || line.isUsageHelpRequested()) {
      return parsed;
    }
    try {
      ConfiguredDefaults.parseAgain(line, command, parsed.originalArgs().toArray(String[]::new));
    } catch (CommandFailure e) {
      throw parseFailure(line, e);
    }
    return parsed.asCommandLineList().getFirst().getParseResult();
  }

  /// At this point picocli hands nothing else to who says what went wrong.
  private static CommandLine.ParameterException parseFailure(CommandLine line, CommandFailure e) {
    return new CommandLine.ParameterException(line, String.valueOf(e.getMessage()), e);
  }

  /// A service logs to standard output, all others only on request.
  private static void chooseLogging(List<CommandLine> lines) {
    var verbosity =
        lines.stream()
            .map(line -> line.getParseResult().matchedOption("--verbose"))
            .filter(Objects::nonNull)
            .mapToInt(option -> option.stringValues().size())
            .sum();
    if (lines.getLast().getCommand() instanceof Service service && service.isService()) {
      service.logging().choose(verbosity > 0);
    } else if (verbosity == 0 && lines.getLast().getCommand() instanceof DemoCommand) {
      // That tasks of a killed run start again is what it shows, and no warning.
      ConsoleLogging.choose("ERROR", ConsoleLogging.Stream.ERROR);
    } else if (verbosity == 0 && lines.getLast().getCommand() instanceof BeatCommand) {
      // It says itself, in its own lines, what the log would say.
      ConsoleLogging.choose("OFF", ConsoleLogging.Stream.ERROR);
    } else if (verbosity > 0) {
      ConsoleLogging.choose(verbosity > 1 ? "DEBUG" : "INFO", ConsoleLogging.Stream.ERROR);
    }
  }
}
