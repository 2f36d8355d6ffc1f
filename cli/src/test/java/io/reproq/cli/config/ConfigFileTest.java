package io.reproq.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.reproq.cli.option.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class ConfigFileTest {
  @Test
  void levels_are_joined_by_dots_and_lists_by_commas() {
    var file =
        ConfigFile.parse(
            "a.yaml",
            """
            dsn: sqlite:tasks.db
            worker:
              queues: [mail, "bulk-*"]
              concurrency: 20
              reload: true
              exec_timeout: 1h30m
            """);

    assertThat(file.values())
        .containsOnly(
            entry("dsn", "sqlite:tasks.db"),
            entry("worker.queues", "mail,bulk-*"),
            entry("worker.concurrency", "20"),
            entry("worker.reload", "true"),
            entry("worker.exec_timeout", "1h30m"));
  }

  @Test
  void toml_says_the_same() {
    var file =
        ConfigFile.parse(
            "a.toml",
            """
            dsn = "sqlite:tasks.db"
            [worker]
            queues = ["mail", "bulk-*"]
            concurrency = 20
            reload = true
            logs_dir = ""
            [queue_databases]
            "mail.*" = "second"
            """);

    assertThat(file.values())
        .containsOnly(
            entry("dsn", "sqlite:tasks.db"),
            entry("worker.queues", "mail,bulk-*"),
            entry("worker.concurrency", "20"),
            entry("worker.reload", "true"),
            entry("queue_databases.mail.*", "second"));
  }

  @Test
  void another_ending_is_no_configuration() {
    assertThatThrownBy(() -> ConfigFile.parse("a.json", "{}"))
        .isInstanceOf(CommandFailure.class)
        .hasMessage("a configuration file ends in .yaml, .yml or .toml, was a.json");
  }

  @Test
  void the_first_of_the_names_that_are_looked_for_is_taken(@TempDir Path folder)
      throws IOException {
    assertThat(ConfigOption.discovered(folder)).isEmpty();
    for (var name :
        List.of(
            ".reproq.toml",
            ".reproq.yml",
            ".reproq.yaml",
            "reproq.toml",
            "reproq.yml",
            "reproq.yaml")) {
      Files.createFile(folder.resolve(name));

      assertThat(ConfigOption.discovered(folder)).contains(folder.resolve(name));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      textBlock =
          """
          worker.conurrency       ¦ ; did you mean worker.concurrency?
          worker.auth_token       ¦ ; did you mean metrics.auth_token?
          lease_seconds           ¦ ; did you mean worker.lease_seconds?
          worker                  ¦ ; it is a section and has keys below it, such as worker.dsn
          nothing.of.the.kind     ¦ ; reproq config shows all that there are
          """)
  void an_unknown_key_is_answered_with_the_nearest(String key, String hint) {
    var file = new ConfigFile("a.yaml", Map.of(key, "1"), Set.of());

    assertThatThrownBy(() -> KnownKeys.check(file))
        .isInstanceOf(CommandFailure.class)
        .hasMessage("a.yaml: unknown key " + key + hint);
  }

  @Test
  void what_is_empty_is_not_there() {
    var file = ConfigFile.parse("a.yaml", "worker: {queues: [], logs_dir: '', python_bin: }\n");

    assertThat(file.values()).isEmpty();
    assertThat(ConfigFile.parse("a.yaml", "# nothing\n").values()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      textBlock =
          """
          'just text'                             ¦ a.yaml: wanted keys and values
          'worker: {queues: [a, [b]]}'            ¦ a.yaml: worker.queues is a list of texts, found ["b"] in it
          'worker: {concurrency: 1, concurrency: 2}' ¦ a.yaml, line 1: Duplicate
          'worker: [unclosed'                     ¦ a.yaml, line 1:
          """)
  void what_cannot_be_read_is_told_with_its_place(String text, String message) {
    assertThatThrownBy(() -> ConfigFile.parse("a.yaml", text))
        .isInstanceOf(CommandFailure.class)
        .hasMessageStartingWith(message);
  }
}
