package io.reproq.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The command line: one scenario, measured and shown.
public final class Bench {
  private static final List<Scenario> SCENARIOS =
      List.of(new MemoryScenario(), new SqliteScenario(), new PickupScenario());

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
            new IllegalArgumentException("unknown scenario " + name + "; known are " + names()));
  }

  private static void show(Report report, Options options) throws IOException {
    var json = options.json();
    if (json == null) {
      System.out.print(report.table());
    } else if (json.equals("-")) {
      System.out.println(JSON.writeValueAsString(report));
    } else {
      System.out.print(report.table());
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
                "  %-10s %s (--tasks %d --concurrency %d)%n"
                    .formatted(
                        scenario.name(),
                        scenario.summary(),
                        scenario.tasks(),
                        scenario.concurrency()))
            .collect(Collectors.joining());
    return """
    bench/bench SCENARIO [OPTION VALUE]...

    Measures Reproq beside a raw ceiling, in turn, and prints medians and ratios.

    %s
      --rounds N       measured rounds (7)
      --warmup N       rounds before those (3)
      --tasks N        tasks in one measurement
      --batch N        tasks enqueued at once (1000)
      --concurrency N  attempts that may run at once
      --dir DIR        where database files are made (the folder for temporary files)
      --json FILE|-    the result as JSON, to a file or alone to standard output

    BENCH_JAVA_OPTS stands in for the JVM's options -Xms4g -Xmx4g.
    """
        .formatted(scenarios);
  }
}
