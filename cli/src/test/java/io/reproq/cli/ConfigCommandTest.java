package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.cli.config.Setting;
import io.reproq.cli.option.StopSignal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class ConfigCommandTest {
  private static final Path TEMPLATES = Path.of("../dist/src/main/conf");
  private static final Pattern KEY = Pattern.compile("(\\w+)( =|:).*");

  @TempDir private Path folder;

  @Test
  void every_value_says_where_it_comes_from() throws IOException {
    var file = folder.resolve("reproq.toml");
    Files.writeString(
        file,
        """
        dsn = "sqlite:common.db"
        [worker]
        queues = ["mail", "bulk-*"]
        concurrency = 7
        [beat]
        dsn = "sqlite:own.db"
        interval = "90s"
        """);

    var out = print(Map.of("METRICS_AUTH_LIMIT", "4"), "--explain", "--config", file.toString());

    assertThat(out.lines().map(String::strip))
        .contains(
            "dsn: \"sqlite:common.db\"  # dsn in " + file,
            "queues: [\"mail\",\"bulk-*\"]  # worker.queues in " + file,
            "concurrency: 7  # worker.concurrency in " + file,
            "lease_seconds: 15  # default",
            "heartbeat_seconds: 5  # default",
            "reclaim_interval_seconds: 1  # default",
            "auth_limit: 4  # METRICS_AUTH_LIMIT in the environment",
            "dsn: \"sqlite:own.db\"  # beat.dsn in " + file,
            "interval: 1m30s  # beat.interval in " + file);
  }

  @Test
  void secrets_are_not_shown() throws IOException {
    var file = folder.resolve("reproq.yaml");
    Files.writeString(file, "metrics: {auth_token: s3cret}\n");
    var variables = Map.of("DATABASE_URL", "postgres://ada:s3cret@localhost/tasks");

    for (var form : new String[] {"--json", "--explain"}) {
      assertThat(print(variables, form, "--config", file.toString()))
          .contains("[redacted]", "postgres://ada@localhost:5432/tasks")
          .doesNotContain("s3cret");
    }
  }

  @Test
  void what_it_prints_is_a_file_that_says_the_same() throws IOException {
    var given = folder.resolve("reproq.yaml");
    Files.writeString(
        given, "worker: {queues: ['*', 'a: b'], queue_weight: ['*=2'], exec_timeout: PT2M}\n");
    var printed = folder.resolve("printed.yaml");
    Files.writeString(printed, print(Map.of(), "--config", given.toString()));

    assertThat(print(Map.of(), "--json", "--config", printed.toString()))
        .isEqualTo(print(Map.of(), "--json", "--config", given.toString()))
        .contains("\"queues\":[\"*\",\"a: b\"]", "\"exec_timeout\":\"2m\"");
  }

  @Test
  void several_databases_are_shown() throws IOException {
    var file = folder.resolve("reproq.yaml");
    Files.writeString(
        file,
        """
        databases: {main: 'sqlite:main.db', second: 'postgres://ada:s3cret@localhost/tasks'}
        queue_databases: {'mail-*': second}
        """);

    assertThat(print(Map.of(), "--json", "--config", file.toString()))
        .contains(
            "\"dsn\":\"sqlite:main.db\"", "\"second\":\"postgres://ada@localhost:5432/tasks\"")
        .contains("\"queue_databases\":{\"mail-*\":\"second\"}");
  }

  @Test
  void it_fails_where_a_worker_would() throws IOException {
    var file = folder.resolve("reproq.yaml");
    Files.writeString(file, "worker: {lease_seconds: 9}\n");

    var result = shell(Map.of()).run("config", "--config", file.toString());

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .isEqualToIgnoringNewLines(
            "reproq: --heartbeat-seconds must be less than half of --lease-seconds, was 5 of 9;"
                + " worker.lease_seconds stands in "
                + file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reproq.example.yaml", "reproq.example.toml"})
  void a_template_names_every_setting_with_its_default(String name) throws IOException {
    var file = TEMPLATES.resolve(name);

    assertThat(keys(file))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    Stream.concat(Setting.OF_WORKER.stream(), Setting.OF_BEAT.stream())
                        .map(Setting::key),
                    Stream.of("dsn"))
                .toList());
    assertThat(print(Map.of(), "--json", "--config", file.toString()))
        .isEqualTo(print(Map.of(), "--json"));
  }

  /// The keys that stand in a template, those without a value included.
  private static Stream<String> keys(Path file) throws IOException {
    var keys = Stream.<String>builder();
    var section = "";
    for (var line : Files.readAllLines(file)) {
      var key = KEY.matcher(line.strip());
      if (line.matches("(\\[\\w+]|\\w+:)")) {
        section = line.replaceAll("[\\[\\]:]", "") + ".";
      } else if (!line.strip().startsWith("#") && key.matches() && !line.endsWith("{}")) {
        keys.add(section + key.group(1));
      }
    }
    return keys.build();
  }

  private static String print(Map<String, String> variables, String... flags) {
    var result =
        shell(variables)
            .run(Stream.concat(Stream.of("config"), Stream.of(flags)).toArray(String[]::new));
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    return result.out();
  }

  private static Shell shell(Map<String, String> variables) {
    return new Shell(variables, InputStream.nullInputStream(), new StopSignal());
  }
}
