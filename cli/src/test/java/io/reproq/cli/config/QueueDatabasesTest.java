package io.reproq.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.StopSignal;
import io.reproq.cli.option.Surroundings;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class QueueDatabasesTest {
  private static final String FILE =
      """
      databases: {main: 'sqlite:main.db', second: 'sqlite:second.db', third: 'sqlite:third.db'}
      queue_databases: {'mail-*': second, '*-bulk': third, mail-bulk: main, 'p?': third}
      """;

  @ParameterizedTest
  @CsvSource({
    "mail-bulk, main", // its own name, though it stands behind globs
    "mail-eu, second",
    "mail-eu-bulk, second", // the first glob of two
    "eu-bulk, third",
    "p1, third",
    "p12, main",
    "mailed, main",
    "other, main"
  })
  void a_queue_lies_where_its_name_else_the_first_glob_says(String queue, String alias) {
    assertThat(of(FILE, Map.of(), null).aliasOf(queue)).isEqualTo(alias);
  }

  @Test
  void the_first_database_is_the_default_and_the_order_is_kept() {
    var databases = of(FILE, Map.of(), null).databases();

    assertThat(databases.defaultAlias()).isEqualTo("main");
    assertThat(databases.dsns().keySet()).containsExactly("main", "second", "third");
  }

  @Test
  void a_database_without_a_name_is_called_default() {
    assertThat(of("dsn: 'sqlite:a.db'", Map.of(), "sqlite:a.db").databases())
        .isEqualTo(Databases.alone("sqlite:a.db"));
    assertThat(of("", Map.of(), null).aliasOf("mail")).isEqualTo("default");
  }

  @Test
  void who_names_a_database_outside_of_the_file_names_the_default() {
    assertThat(of(FILE, Map.of(), "memory:").databases().dsns())
        .containsEntry("main", "memory:")
        .containsEntry("second", "sqlite:second.db");
  }

  @Test
  void the_environment_goes_before_the_file() {
    var queues = of(FILE, Map.of("REPROQ_QUEUE_DATABASES", "{\"mail-*\": \"third\"}"), null);

    assertThat(queues.aliasOf("mail-eu")).isEqualTo("third");
    assertThat(queues.aliasOf("eu-bulk")).isEqualTo("main");
  }

  @Test
  void an_alias_that_there_is_not_is_told_with_its_place() {
    assertThatThrownBy(() -> of("queue_databases: {mail: second}", Map.of(), null))
        .isInstanceOf(CommandFailure.class)
        .hasMessage(
            "queue_databases sends mail to 'second', which is none of the databases default; it"
                + " stands in a.yaml");
  }

  @Test
  void a_default_that_is_named_twice_is_refused() {
    assertThatThrownBy(() -> of("dsn: 'memory:'\n" + FILE, Map.of(), "memory:"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageStartingWith("dsn and databases both stand in a.yaml");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      value = {"{", "[]", "{\"mail\": 1}"})
  void a_variable_that_is_no_such_json_is_refused(String text) {
    assertThatThrownBy(() -> of("", Map.of("REPROQ_QUEUE_DATABASES", text), null))
        .isInstanceOf(CommandFailure.class)
        .hasMessageStartingWith("REPROQ_QUEUE_DATABASES wants queues and aliases as JSON")
        .hasMessageEndingWith("was '" + text + "'");
  }

  private static QueueDatabases of(
      String file, Map<String, String> variables, @Nullable String dsn) {
    var surroundings =
        new Surroundings(variables, InputStream.nullInputStream(), new StopSignal(), false);
    return QueueDatabases.of(ConfigFile.parse("a.yaml", file), surroundings, dsn);
  }
}
