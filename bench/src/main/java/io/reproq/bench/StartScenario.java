package io.reproq.bench;

import io.reproq.bench.Side.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// How soon the distribution answers, and what a worker or server takes that has nothing to do.
/// Needs the distribution; `./reproq version` builds it.
final class StartScenario implements Scenario {
  private static final Path LAUNCHER = Path.of("dist", "target", "reproq", "bin", "reproq");
  private static final List<String> WORKER = List.of("worker");

  /// Answers HTTP at any port that is free.
  private static final List<String> SERVER = List.of("server", "--metrics-addr", "127.0.0.1:0");

  private static final String READY = " is ready: ";

  /// A few of its own heartbeats.
  private static final int SECONDS_TO_SETTLE = 3;

  private static final int PATIENCE = 60;

  @Override
  public String name() {
    return "start";
  }

  @Override
  public String summary() {
    return "reproq --version, and worker and server until they are ready, with and without class"
        + " archive";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return Map.of(Setting.ROUNDS, 9, Setting.WARMUP, 2);
  }

  @Override
  public Stage stage(Options unused) {
    if (!Files.isExecutable(LAUNCHER)) {
      throw new IllegalArgumentException(
          "there is no " + LAUNCHER + " below the current folder: build it by ./reproq version");
    }
    return StartScenario::sides;
  }

  private static List<Side> sides(Options options) {
    var low = Map.of("LOW_MEMORY_MODE", "1");
    var bare = Map.of("REPROQ_CLASS_ARCHIVE", "none");
    return List.of(
        new Side("--version", Role.OURS, () -> version(Map.of())),
        new Side("--version, no archive", Role.CEILING, () -> version(bare)),
        new Side("worker", Role.OURS, () -> service(WORKER, options, Map.of())),
        new Side("server", Role.OURS, () -> service(SERVER, options, Map.of())),
        new Side("worker, LOW_MEMORY_MODE", Role.OURS, () -> service(WORKER, options, low)),
        new Side("worker, no archive", Role.CEILING, () -> service(WORKER, options, bare)));
  }

  private static Map<String, Double> version(Map<String, String> variables) throws Exception {
    var watch = new Stopwatch();
    var process = start(variables, List.of("--version"));
    end(process);
    return Map.of("ms", watch.nanos() / 1e6);
  }

  private static Map<String, Double> service(
      List<String> words, Options options, Map<String, String> variables) throws Exception {
    try (var folder = DatabaseFolder.in(options.folder())) {
      var dsn = options.texts().getOrDefault(Options.DSN, folder.dsn());
      var watch = new Stopwatch();
      var process =
          start(variables, Stream.concat(words.stream(), Stream.of("--dsn", dsn)).toList());
      try (var out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        if (out.lines().noneMatch(line -> line.contains(READY))) {
          throw new IllegalStateException(words.getFirst() + " ended before it was ready");
        }
        var values = new LinkedHashMap<String, Double>();
        values.put("ms to ready", watch.nanos() / 1e6);
        process.waitFor(SECONDS_TO_SETTLE, TimeUnit.SECONDS);
        values.put("RSS MiB", rss(process.pid()));
        return values;
      } finally {
        process.destroy();
        end(process);
      }
    }
  }

  private static Process start(Map<String, String> variables, List<String> words)
      throws IOException {
    var command = new ArrayList<>(List.of(LAUNCHER.toString()));
    command.addAll(words);
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(variables);
    return builder.start();
  }

  private static void end(Process process) throws InterruptedException {
    if (!process.waitFor(PATIENCE, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("it does not end");
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException("it ended with " + process.exitValue());
    }
  }

  private static double rss(long pid) throws IOException {
    try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
          .findFirst()
          .orElse(Double.NaN);
    }
  }
}
