package io.reproq.bench;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the command line asks for.
///
/// @param rounds how often each side is measured
/// @param warmup rounds before those, not reported
/// @param tasks in one measurement
/// @param batch tasks that are enqueued at once
/// @param concurrency attempts that may run at once
/// @param folder where database files are made
/// @param json where the result is written as JSON, `-` for standard output; null for nowhere
record Options(
    int rounds,
    int warmup,
    int tasks,
    int batch,
    int concurrency,
    Path folder,
    @Nullable String json) {

  static Options defaults(Scenario scenario) {
    return new Options(
        7,
        3,
        scenario.tasks(),
        1000,
        scenario.concurrency(),
        Path.of(System.getProperty("java.io.tmpdir")),
        null);
  }

  /// Reads options, each a flag and its value.
  ///
  /// @throws IllegalArgumentException when one is unknown, has no value or a wrong one
  Options read(List<String> words) {
    var read = this;
    for (var i = 0; i < words.size(); i += 2) {
      if (i + 1 == words.size()) {
        throw new IllegalArgumentException(words.get(i) + " needs a value; see --help");
      }
      read = read.with(words.get(i), words.get(i + 1));
    }
    return read;
  }

  private Options with(String flag, String value) {
    return switch (flag) {
      case "--rounds" ->
          new Options(count(flag, value, 1), warmup, tasks, batch, concurrency, folder, json);
      case "--warmup" ->
          new Options(rounds, count(flag, value, 0), tasks, batch, concurrency, folder, json);
      case "--tasks" ->
          new Options(rounds, warmup, count(flag, value, 1), batch, concurrency, folder, json);
      case "--batch" ->
          new Options(rounds, warmup, tasks, count(flag, value, 1), concurrency, folder, json);
      case "--concurrency" ->
          new Options(rounds, warmup, tasks, batch, count(flag, value, 1), folder, json);
      case "--dir" -> new Options(rounds, warmup, tasks, batch, concurrency, Path.of(value), json);
      case "--json" -> new Options(rounds, warmup, tasks, batch, concurrency, folder, value);
      default -> throw new IllegalArgumentException("unknown option " + flag + "; see --help");
    };
  }

  private static int count(String flag, String value, int least) {
    try {
      var number = Integer.parseInt(value);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, together with what is out of range.
    }
    throw new IllegalArgumentException(
        flag + " must be a whole number from " + least + ", was " + value);
  }
}
