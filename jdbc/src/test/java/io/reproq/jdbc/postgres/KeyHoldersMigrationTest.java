package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.jdbc.Migration;
import io.reproq.store.StoreProvider.Settings;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// A database in which tasks hold keys while it is given running rows that do.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class KeyHoldersMigrationTest {
  private static final int BEFORE = 16;

  @Test
  void what_runs_keeps_its_keys() {
    var all = stepsOf(TestServer.fresh());
    var database = TestServer.bare();
    database.sql("CREATE SCHEMA reproq");
    database.sql(
        "CREATE TABLE reproq.schema_version (version integer NOT NULL PRIMARY KEY, name text NOT"
            + " NULL, applied_at timestamptz NOT NULL)");
    for (var step : all) {
      if (step.version() <= BEFORE) {
        database.sql(step.sql());
        database.sql(
            "INSERT INTO reproq.schema_version VALUES (%d, '%s', now())"
                .formatted(step.version(), step.name()));
      }
    }
    database.sql(
        "INSERT INTO reproq.running (result_id, claim_number, last_attempted_at, worker, version,"
            + " attempts, queue_name, task_path, is_tied) SELECT n, 1, now(), 1, 2, 1, 'default',"
            + " 'sample.greet', nullif(n < 4, false) FROM generate_series(1, 4) n");
    database.sql(
        "INSERT INTO reproq.key_holder VALUES (1, 'lock:a'), (2, 'slot:b'), (3, 'lock:'), (3,"
            + " 'slot:lock:c')");

    database.open(Settings.defaults()).close();

    assertThat(database.sql("SELECT result_id, lock_key, slot_key FROM reproq.running ORDER BY 1"))
        .containsExactly("1|a|null", "2|null|b", "3||lock:c", "4|null|null");
  }

  private static List<Migration> stepsOf(TestDatabase database) {
    var open = Database.of(database.dsn());
    try {
      return open.migrations().all();
    } finally {
      open.close();
    }
  }
}
