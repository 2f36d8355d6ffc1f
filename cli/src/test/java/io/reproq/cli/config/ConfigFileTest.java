package io.reproq.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.reproq.cli.option.CommandFailure;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
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
