package io.reproq.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The command line: one scenario, measured and shown.
public final class Bench {
  private static final List<Scenario> SCENARIOS =
      List.of(
          new MemoryScenario(),
          new ObserveScenario(),
          new SqliteScenario(),
          new PickupScenario(),
          new RawScenario(),
          new EnqueueScenario(),
          new BurnDownScenario(),
          new ChordScenario(),
          new KeyedScenario(),
          new SustainedScenario(),
          new LatencyScenario(),
          new DepthScenario(),
          new RateScenario(),
          new WeightsScenario(),
          new PythonScenario(),
          new StartScenario(),
          new WalScenario());

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private Bench() {}

  /// Exits with 0 when it was measured, 2 when the command line cannot be read, 1 for all else.
  public static void main(String[] words) {
    System.exit(run(List.of(words)));
  }

  private static int run(List<String> words) {
    if (words.isEmpty() || words.contains("--help") || words.contains("-h")) {
      System.out.print(help());
      return words.isEmpty() ? 2 : 0;
    }
    try {
      var scenario = scenario(words.getFirst());
      var options = Options.defaults(scenario).read(words.subList(1, words.size()));
      show(new Rounds(scenario, options).run(), options);
      return 0;
    } catch (IllegalArgumentException e) {
      System.err.println("bench: " + e.getMessage());
      return 2;
    } catch (Exception e) {
      System.err.println("bench: " + e);
      return 1;
    }
  }

  private static Scenario scenario(String name) {
    return SCENARIOS.stream()
        .filter(scenario -> scenario.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "unknown scenario %s, did you mean %s? Known are %s"
                    .formatted(name, nearest(name), names())));
  }

  private static String nearest(String name) {
    return SCENARIOS.stream()
        .map(Scenario::name)
        .min(Comparator.comparingInt(known -> distance(known, name)))
        .orElse("");
  }

  /// How many letters have to be added, dropped or replaced to make one of the other.
  private static int distance(String one, String other) {
    var costs = new int[other.length() + 1];
    for (var j = 0; j <= other.length(); j++) {
      costs[j] = j;
    }
    for (var i = 1; i <= one.length(); i++) {
      var diagonal = costs[0];
      costs[0] = i;
      for (var j = 1; j <= other.length(); j++) {
        var replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = costs[j];
        costs[j] = Math.min(replaced, 1 + Math.min(costs[j], costs[j - 1]));
      }
    }
    return costs[other.length()];
  }

  private static void show(Report report, Options options) throws IOException {
    var json = options.texts().getOrDefault(Options.JSON, "");
    if (json.equals("-")) {
      System.out.println(JSON.writeValueAsString(report));
      return;
    }
    System.out.print(report.table());
    if (!json.isEmpty()) {
      Files.writeString(Path.of(json), JSON.writeValueAsString(report) + "\n");
    }
  }

  private static String names() {
    return SCENARIOS.stream().map(Scenario::name).collect(Collectors.joining(", "));
  }

  private static String help() {
    var scenarios =
        SCENARIOS.stream()
            .map(scenario ->
                "  %-10s %s%n             %s%n"
                    .formatted(
                        scenario.name(), scenario.summary(), Options.flags(scenario.settings())))
            .collect(Collectors.joining());
    var settings =
        Arrays.stream(Setting.values())
            .map(setting -> "  %-17s%s%n".formatted(setting.flag() + " N", setting.meaning()))
            .collect(Collectors.joining());
    return """
    bench/bench SCENARIO [OPTION VALUE]...

    Measures Reproq beside a raw ceiling, in turn, and prints medians and ratios.
    Scenarios, with what can be set and its defaults:

    %s
    %s  --quick          tiny numbers, to see whether a scenario works
      --dir DIR        where database files are made (the folder for temporary files)
      --dsn URL        measure on this PostgreSQL server, postgres://user:password@host:port/database,
                       in databases of the bench's own that are dropped at the end; what is there
                       stays as it is. Otherwise a server is started, and ended, for the bench
      --set NAME=VALUE a setting of the server that is started; may be given several times
      --python PROGRAM what runs Python; otherwise an environment with Django is made
      --json FILE|-    the result as JSON, to a file or alone to standard output

    BENCH_JAVA_OPTS stands in for the JVM's options -Xms4g -Xmx4g.

    Examples:
      bench/bench burn-down --tasks 50000 --rounds 3
      bench/bench sustained --seconds 20 --set autovacuum_naptime=5s
      bench/bench python --tasks 5000 --concurrency 2
      bench/bench depth --ready 1000000 --deferred 10000000 --finished 10000000 --blocked 100000
    """
        .formatted(scenarios, settings);
  }
}
