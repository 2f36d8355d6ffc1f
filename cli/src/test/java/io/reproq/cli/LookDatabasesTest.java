package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.dsn.Dsn;
import io.reproq.store.WorkerInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Looking at several databases at once.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class LookDatabasesTest {
  @TempDir private Path folder;
  private TwoDatabases two;

  @BeforeEach
  void write_the_file() throws IOException {
    two = TwoDatabases.in(folder);
  }

  @Test
  void workers_of_all_databases_are_listed_with_the_alias() {
    register("main", "anna");
    register("second", "bert");

    assertThat(two.out("workers"))
        .contains("LastSeenAt\tDatabase")
        .containsPattern("anna\t.*\tmain")
        .containsPattern("bert\t.*\tsecond");
    assertThat(two.json("workers", "--json").findValuesAsString("database"))
        .containsExactly("main", "second");
    assertThat(two.out("workers", "--database", "second")).contains("bert").doesNotContain("anna");
  }

  @Test
  void top_shows_all_databases_and_ids_as_commands_take_them() {
    PreparedDatabase.fill(two.dsn("second"));
    register("main", "anna");

    assertThat(two.out("top"))
        .contains("main: ", "second: ", "anna", "second:1  ")
        .doesNotContain("main:1  ");
    var json = two.json("top", "--json");
    assertThat(json.path("workers").findValuesAsString("database"))
        .containsExactly("main", "second");
    assertThat(json.path("failures").findValuesAsString("database"))
        .isNotEmpty()
        .containsOnly("second");
    assertThat(json.path("unanswered")).isEmpty();
    assertThat(two.out("top", "--database", "main")).doesNotContain("second:");
  }

  @Test
  void one_that_does_not_answer_is_a_line_and_the_others_are_shown() throws IOException {
    register("main", "anna");
    Files.writeString(folder.resolve("second.db"), "this is no database ".repeat(100));

    var workers = two.run("workers");
    assertThat(workers.code()).isEqualTo(1);
    assertThat(workers.out()).contains("anna");
    assertThat(workers.err().strip())
        .hasLineCount(1)
        .startsWith("reproq: database second does not answer: ");

    var top = two.run("top", "--once");
    assertThat(top.code()).isEqualTo(1);
    assertThat(top.out()).contains("anna", "database second does not answer: ");
    assertThat(two.run("top", "--json").out())
        .contains("\"unanswered\":[{\"error\":\"database second does not answer: ");
    assertThat(two.run("workers", "--database", "main").code()).isZero();
  }

  @Test
  void of_one_database_nothing_says_which_one_it_is() {
    PreparedDatabase.fill(two.dsn("main"));
    var alone = Shell.plain().in(two.dsn("main"));

    assertThat(alone.run("workers").out()).doesNotContain("Database");
    assertThat(alone.run("top", "--json").out()).doesNotContain("database\"", "unanswered");
    assertThat(alone.run("top").out()).doesNotContain("default: ", "default:1");
  }

  private void register(String alias, String worker) {
    try (var store = DatabaseOption.open(Dsn.parse(two.dsn(alias)))) {
      store.join(
          new WorkerInfo(
              UUID.randomUUID(),
              worker,
              "host",
              4,
              List.of("default"),
              Set.of(),
              Duration.ofSeconds(60),
              Duration.ofSeconds(20),
              "1"));
    }
  }
}
