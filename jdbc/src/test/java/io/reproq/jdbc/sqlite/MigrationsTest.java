package io.reproq.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reproq.dsn.Dsn;
import io.reproq.jdbc.Migration;
import io.reproq.jdbc.Migrations;
import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class MigrationsTest {
  @TempDir Path folder;
  Fixture fixture;

  @BeforeEach
  void begin() {
    fixture = new Fixture(folder);
  }

  @AfterEach
  void end() {
    fixture.close();
  }

  private Migrations migrations() {
    return new SqliteStoreProvider()
        .migrations(new Dsn.Sqlite(fixture.file().toString()))
        .orElseThrow();
  }

  @Test
  void are_listed_with_their_text_without_touching_the_disk() {
    var missing = migrations().missing();

    assertThat(missing).extracting(Migration::version).startsWith(1, 2);
    assertThat(missing.getFirst().sql())
        .contains("CREATE TABLE task", "-- Old workers:", "-- Lock:");
    assertThat(fixture.file()).doesNotExist();
  }

  @Test
  void run_once_and_no_second_time() {
    var first = migrations().run();

    assertThat(first).isEqualTo(migrations().all());
    assertThat(migrations().run()).isEmpty();
    assertThat(migrations().missing()).isEmpty();
  }

  @Test
  void run_in_several_threads_at_once_are_done_by_one_of_them() throws Exception {
    var crowd = 4;
    var start = new CyclicBarrier(crowd);
    var calls = new ArrayList<Callable<List<Migration>>>();
    for (var i = 0; i < crowd; i++) {
      calls.add(() -> {
        var migrations = migrations();
        start.await();
        return migrations.run();
      });
    }

    var steps = new ArrayList<Migration>();
    try (var threads = Executors.newFixedThreadPool(crowd)) {
      for (var done : threads.invokeAll(calls)) {
        steps.addAll(done.get());
      }
    }

    assertThat(steps).isEqualTo(migrations().all());
  }

  @Test
  void refuse_a_database_that_is_newer_than_the_program() throws Exception {
    fixture.open().close();
    fixture.sql("INSERT INTO schema_version VALUES (99, 'from_the_future', '')");

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> fixture.open())
        .withMessageContaining("SQLite database " + fixture.file() + " has schema version 99")
        .withMessageContaining("use a newer reproq")
        .matches(e -> !e.isTransient());
  }

  @Test
  void are_asked_for_by_a_store_that_may_not_run_them() {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() ->
            fixture.open(
                new Settings(Settings.defaults().time(), Settings.defaults().rank(), false)))
        .withMessageContaining("run reproq migrate");
    assertThat(fixture.file()).doesNotExist();
  }

  @Test
  void that_fail_leave_nothing_behind() throws Exception {
    fixture.sql("CREATE TABLE finished (mine TEXT)");

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> migrations().run())
        .withMessageContaining("could not migrate");
    assertThat(fixture.sql("SELECT name FROM sqlite_schema")).containsExactly("finished");
  }
}
