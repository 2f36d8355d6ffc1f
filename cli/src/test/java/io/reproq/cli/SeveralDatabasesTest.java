package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class SeveralDatabasesTest {
  @TempDir private Path folder;
  private TwoDatabases two;

  @BeforeEach
  void write_the_file() throws IOException {
    two = TwoDatabases.in(folder);
  }

  @Test
  void a_task_goes_to_the_database_of_its_queue_and_its_id_says_which_one_that_is() {
    assertThat(two.out("enqueue", "sample.greet")).isEqualTo("main:1");
    assertThat(two.out("enqueue", "sample.greet", "--queue", "bulk-eu")).isEqualTo("second:1");
    assertThat(two.json("enqueue", "sample.greet", "--queue", "bulk", "--json").toString())
        .isEqualTo("{\"result_ids\":[2],\"duplicates\":[],\"database\":\"second\"}");
    assertThat(two.out("enqueue", "sample.greet", "--queue", "mail", "--database", "second"))
        .isEqualTo("second:3");
  }

  @Test
  void the_environment_may_say_where_queues_lie() {
    var other = two.with("REPROQ_QUEUE_DATABASES", "{\"mail-*\": \"second\"}");

    assertThat(other.out("enqueue", "sample.greet", "--queue", "mail-eu")).isEqualTo("second:1");
    assertThat(other.out("enqueue", "sample.greet", "--queue", "bulk")).isEqualTo("main:1");
  }

  @Test
  void an_id_is_taken_with_the_alias_and_without() {
    two.run("enqueue", "sample.first");
    two.run("enqueue", "sample.second", "--queue", "bulk");

    assertThat(two.out("get", "second:1")).contains("second:1", "sample.second");
    assertThat(two.out("get", "1")).contains("main:1", "sample.first");
    assertThat(two.out("get", "1", "--database", "second")).contains("sample.second");
    var json = two.json("get", "--id", "second:1", "--json");
    assertThat(json.path("result_id").longValue()).isEqualTo(1);
    assertThat(json.path("database").stringValue()).isEqualTo("second");
    assertThat(two.run("get", "second:7").err()).contains("there is no task second:7 in");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      textBlock =
          """
          get third:1                          ¦ 1 ¦ task third:1: there is no database 'third', only main, second
          get second:1 --database main         ¦ 1 ¦ task second:1 is not one of --database main
          get second:                          ¦ 2 ¦ wanted a whole number, found ''
          get :1                               ¦ 2 ¦ wanted the id of a task, such as 42 or second:42, found ':1'
          status --database third              ¦ 1 ¦ --database: there is no database 'third', only main, second
          status --database main --dsn memory: ¦ 1 ¦ --dsn and --database are both there
          worker --queues bulk --database main ¦ 1 ¦ --queues bulk: none of them lies in --database main
          """)
  void what_names_no_database_is_refused(String line, int code, String message) {
    var result = two.run(line.strip().split(" +"));

    assertThat(result.err()).contains(message);
    assertThat(result.code()).isEqualTo(code);
  }

  @Test
  void a_dsn_on_the_command_line_is_the_one_database_and_one_in_the_environment_the_default() {
    var other = "sqlite:" + folder.resolve("other.db");

    assertThat(two.out("enqueue", "sample.greet", "--queue", "bulk", "--dsn", other))
        .isEqualTo("1");
    var outside = two.with("DATABASE_URL", other);
    assertThat(outside.out("enqueue", "sample.greet", "--queue", "bulk")).isEqualTo("second:1");
    assertThat(outside.out("enqueue", "sample.other")).isEqualTo("main:2");
  }

  @Test
  void tasks_of_several_databases_are_cancelled_at_once() {
    two.run("enqueue", "sample.greet");
    two.run("enqueue", "sample.greet", "--queue", "bulk");

    assertThat(two.out("cancel", "second:1", "1"))
        .isEqualToNormalizingNewlines("Cancelled task second:1\nCancelled task main:1");
    assertThat(two.out("cancel", "second:1", "1", "--json"))
        .isEqualTo(
            "[{\"result_id\":1,\"answer\":\"NOT_ACTIVE\",\"database\":\"second\"},"
                + "{\"result_id\":1,\"answer\":\"NOT_ACTIVE\",\"database\":\"main\"}]");
  }

  @Test
  void triage_lists_the_failures_of_all_and_retries_by_id() {
    PreparedDatabase.fill(two.dsn("main"));
    PreparedDatabase.fill(two.dsn("second"));

    assertThat(two.out("triage", "list"))
        .hasLineCount(3)
        .contains("main:1\tmail")
        .contains("second:1\tmail");
    assertThat(two.json("triage", "list", "--json").findValuesAsString("database"))
        .containsExactly("second", "main");
    assertThat(two.json("triage", "list", "--limit", "1", "--json").size()).isEqualTo(1);
    assertThat(two.out("triage", "list", "--queue", "mail")).doesNotContain("second:");
    assertThat(two.out("triage", "inspect", "second:1")).contains("Result ID: second:1");

    var retried = two.run("triage", "retry", "second:1", "main:1", "second:3");
    assertThat(retried.out()).startsWith("Retried 2 task(s)");
    assertThat(retried.err()).contains("not FAILED, or not there: [second:3]");
    assertThat(two.out("replay", "--id", "second:1"))
        .isEqualTo("Requeued task second:1 as new result_id second:4");
  }

  @Test
  void status_counts_all_and_each() {
    two.run("enqueue", "sample.greet");
    two.run("enqueue", "sample.greet", "--queue", "bulk");
    two.run("pause-queue", "bulk");

    var all = two.json("status", "--json");
    assertThat(all.path("tasks").toString()).isEqualTo("{\"READY\":2}");
    assertThat(all.path("paused").get(0).path("database").stringValue()).isEqualTo("second");
    assertThat(all.path("databases").get(1).toString())
        .isEqualTo(
            "{\"alias\":\"second\",\"tasks\":{\"READY\":1},\"queues\":{\"bulk\":{\"READY\":1}}}");
    assertThat(two.out("status")).contains("main: ", "second: ", "queue bulk paused");
    assertThat(two.json("status", "--database", "main", "--json").path("tasks").toString())
        .isEqualTo("{\"READY\":1}");
  }

  @Test
  void what_is_for_no_queue_is_done_in_the_default_database_and_says_so() {
    var drained = two.run("drain");

    assertThat(drained.err())
        .contains("reproq: using main, the default of the databases main, second; --database");
    assertThat(two.json("status", "--json").path("paused").size()).isEqualTo(1);
    assertThat(two.run("drain", "--database", "second").err()).isEmpty();
    assertThat(two.json("status", "--json").path("paused").size()).isEqualTo(2);
  }

  @Test
  void limits_lie_with_the_tasks_of_their_queue() {
    two.run("limit", "set", "--key", "queue:bulk", "--rate", "5");
    two.run("limit", "set", "--key", "global", "--rate", "9");

    assertThat(two.out("limit", "ls"))
        .contains("LastRefill\tDatabase")
        .containsPattern("global\t9.*\tmain")
        .containsPattern("queue:bulk\t5.*\tsecond");
    assertThat(two.json("limit", "ls", "--database", "second", "--json").findValuesAsString("key"))
        .containsExactly("global", "queue:bulk");
  }

  @Test
  void schedules_lie_with_the_tasks_of_their_queue_and_are_found_by_name() {
    two.run("schedules", "set", "nightly", "--cron", "0 3 * * *", "--task", "sample.a");
    two.run(
        "schedules", "set", "often", "--cron", "@hourly", "--task", "sample.b", "--queue", "bulk");

    assertThat(two.out("schedules", "list"))
        .containsPattern("nightly .* main")
        .containsPattern("often .* second");
    assertThat(two.out("schedules", "run-now", "often")).isEqualTo("second:1");
    assertThat(two.json("schedules", "disable", "often", "--json").path("database").stringValue())
        .isEqualTo("second");
    assertThat(two.run("schedules", "remove", "never").err()).contains("no schedule 'never'");
  }

  @Test
  void a_schedule_of_two_databases_is_not_guessed() {
    for (var queue : new String[] {"default", "bulk"}) {
      two.run("schedules", "set", "nightly", "--cron", "@daily", "--task", "a.b", "--queue", queue);
    }

    assertThat(two.run("schedules", "remove", "nightly").err())
        .contains("there is a schedule 'nightly' in each of main, second: choose one");
    assertThat(two.out("schedules", "remove", "nightly", "--database", "main"))
        .isEqualTo("Removed schedule nightly");
  }
}
