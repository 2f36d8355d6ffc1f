package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.Reproq;
import io.reproq.json.Json;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What `docs/sql.md` tells people to type, typed into the driver and into psql where there is one.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class SqlGuideTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final Path GUIDE = Path.of("..", "docs", "sql.md");
  private static final Pattern EXAMPLE = Pattern.compile("(?s)```sql\n(.*?)```");

  private TaskStore store;

  @BeforeEach
  void begin() {
    store = DATABASE.openEmpty(Settings.defaults());
    DATABASE.sql(
        "CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY, item text);"
            + " CREATE ROLE shop; SELECT setval('reproq.task_id', 1, false)");
  }

  @AfterEach
  void end() throws Exception {
    DATABASE.sql("DROP TABLE orders; DROP OWNED BY shop; DROP ROLE shop");
    try (var session = PlainSession.of(DATABASE)) {
      session.check(store);
    }
    store.close();
  }

  @Test
  void its_examples_work_in_the_driver() throws Exception {
    try (var session = PlainSession.of(DATABASE)) {
      for (var example : examples()) {
        session.run(example);
      }
    }

    checkWhatTheyDid();
  }

  @Test
  void its_examples_work_in_psql() throws Exception {
    for (var psql : psql().stream().toList()) {
      psql(psql, String.join("\n", examples()));
      checkWhatTheyDid();
    }
  }

  @Test
  void a_task_from_psql_is_run_and_its_result_read_there() throws Exception {
    for (var psql : psql().stream().toList()) {
      var id = psql(psql, "SELECT reproq_enqueue_task('reproq.echo', '{\"hello\": \"world\"}')");
      try (var reproq = Reproq.on(DATABASE.source())) {
        reproq.start();
        assertThat(reproq.await(Long.parseLong(id.strip()), Duration.ofSeconds(20)))
            .isEqualTo(new Json("{\"hello\":\"world\"}"));
      }

      assertThat(psql(psql, "SELECT status, return_json FROM task_runs"))
          .isEqualTo("SUCCESSFUL|{\"hello\":\"world\"}\n");
    }
  }

  private void checkWhatTheyDid() {
    assertThat(
            DATABASE.sql(
                "SELECT task_path, queue_name, place, count(*) FROM task_runs GROUP BY 1, 2, 3"
                    + " ORDER BY 1, 2, 3"))
        .containsExactly(
            "orders.ship|default|ready|1",
            "sample.greet|default|finished|2",
            "sample.greet|default|ready|1",
            "sample.greet|mail|finished|2",
            "shop.bill|default|waiting|1",
            "shop.check|default|ready|1",
            "shop.pack|default|waiting|1",
            "shop.send|default|waiting|1");
    assertThat(DATABASE.sql("SELECT queue_name, paused FROM reproq_queue_controls"))
        .containsExactly("mail|f");
    assertThat(DATABASE.sql("SELECT has_table_privilege('shop', 'task_runs', 'SELECT')"))
        .containsExactly("t");
  }

  private static List<String> examples() throws IOException {
    var examples = new ArrayList<String>();
    var found = EXAMPLE.matcher(Files.readString(GUIDE));
    while (found.find()) {
      examples.add(found.group(1));
    }
    assertThat(examples).hasSizeGreaterThan(4);
    return examples;
  }

  private static Optional<Path> psql() {
    var folders = System.getenv().getOrDefault("PATH", "");
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(folders)
        .map(folder -> Path.of(folder).resolve("psql"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static String psql(Path psql, String sql) throws Exception {
    var dsn = DATABASE.dsn();
    var process =
        new ProcessBuilder(
                psql.toString(),
                "-X",
                "-A",
                "-t",
                "-q",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                dsn.host(),
                "-p",
                String.valueOf(dsn.port()),
                "-U",
                "postgres",
                "-d",
                dsn.database(),
                "-f",
                "-")
            .redirectErrorStream(true)
            .start();
    try (var input = process.outputWriter(StandardCharsets.UTF_8)) {
      input.write(sql);
    }
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
