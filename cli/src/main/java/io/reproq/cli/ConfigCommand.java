package io.reproq.cli;

import io.reproq.cli.config.ConfigOption;
import io.reproq.cli.config.Configured;
import io.reproq.cli.config.ConfiguredDefaults;
import io.reproq.cli.config.Effective;
import io.reproq.cli.config.EffectiveText;
import io.reproq.cli.config.Setting;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `reproq config`.
@Command(
    name = "config",
    header = "Show what worker and beat are told by files and the environment.",
    description = {
      "Prints every setting as a file in YAML would hold it, and fails where worker or beat would."
          + " With --explain, also who says so. Passwords and tokens are not shown."
    },
    footer = {
      "",
      "Examples:",
      "  reproq config",
      "  reproq config --config reproq.toml --explain",
      "  reproq config --json"
    })
final class ConfigCommand implements Callable<Integer>, Configured {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final ConfigOption config;

  @Option(names = "--explain", description = "Say of each where it comes from.")
  private boolean explain;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  ConfigCommand(Surroundings surroundings) {
    this.config = new ConfigOption(surroundings);
  }

  /// Its own flags have no settings; these say in messages where a value stands.
  @Override
  public ConfiguredDefaults defaults() {
    return config.defaults(
        Stream.concat(Setting.HEEDED_BY_WORKER.stream(), Setting.OF_BEAT.stream()).toList());
  }

  @Override
  public Integer call() {
    var workerLine = parsed("worker");
    WorkerCommand worker = workerLine.getCommand();
    worker.check();
    var all = new ArrayList<>(settings(workerLine, worker));
    var beatLine = parsed("beat");
    BeatCommand beat = beatLine.getCommand();
    beat.check();
    // What both heed is shown once.
    all.removeIf(one -> one.section().equals("beat"));
    all.addAll(settings(beatLine, beat));
    var text = new EffectiveText(all, worker.databases(), explain);
    common.out().println(json ? text.json() : text.yaml());
    return 0;
  }

  private CommandLine parsed(String service) {
    var root = common.line().getParent();
    var words = new ArrayList<String>();
    words.add(service);
    words.addAll(config.words());
    var args = words.toArray(String[]::new);
    var line = root.parseArgs(args).asCommandLineList().getLast();
    ConfiguredDefaults.parseAgain(line, line.getCommand(), args);
    return line;
  }

  private static List<Effective> settings(CommandLine line, Configured command) {
    return Effective.of(line, command.defaults());
  }
}
