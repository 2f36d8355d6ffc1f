package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.reproq.dsn.Dsn;
import io.reproq.json.Json;
import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.task.Outcome;
import io.reproq.testkit.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.sqlite.SQLiteDataSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class OpeningTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final PostgresStoreProvider PROVIDER = new PostgresStoreProvider();

  @Test
  void a_server_that_is_not_there_is_named() {
    var dsn = new Dsn.Postgres("me", "secret", "localhost", 1, "tasks", Map.of());

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> PROVIDER.open(dsn, Settings.defaults()))
        .withMessageContaining("postgres://me@localhost:1/tasks")
        .withMessageContaining("check the host and the port")
        .withMessageNotContaining("secret")
        .matches(StoreException::isTransient);
  }

  @Test
  void a_database_that_is_not_there_is_named() {
    var there = DATABASE.dsn();
    var dsn =
        new Dsn.Postgres(
            there.user(), there.password(), there.host(), there.port(), "nowhere", Map.of());

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> PROVIDER.open(dsn, Settings.defaults()))
        .withMessageContaining("nowhere")
        .withMessageContaining("create the database");
  }

  @Test
  void a_database_without_the_schema_is_refused_where_nobody_may_migrate() {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> TestServer.bare().open(Settings.defaults().withMigrate(false)))
        .withMessageContaining("lacks")
        .withMessageContaining("reproq migrate");
  }

  @Test
  void a_newer_schema_is_refused() {
    var database = TestServer.fresh();
    database.sql("INSERT INTO reproq.schema_version VALUES (9999, 'future', now())");

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> database.open(Settings.defaults()))
        .withMessageContaining("use a newer reproq");
  }

  @Test
  void two_stores_may_migrate_at_once() throws Exception {
    var database = TestServer.bare();
    var first = CompletableFuture.supplyAsync(() -> database.open(Settings.defaults()));
    var second = CompletableFuture.supplyAsync(() -> database.open(Settings.defaults()));

    try (var one = first.get(30, TimeUnit.SECONDS);
        var two = second.get(30, TimeUnit.SECONDS)) {
      var id = Actors.enqueue(one, 1).getFirst();
      assertThat(two.find(List.of(id))).hasSize(1);
    }
    assertThat(PROVIDER.migrations(database.dsn()).orElseThrow().missing()).isEmpty();
  }

  @Test
  void a_callers_data_source_is_used_and_left_open() {
    var config = new HikariConfig();
    config.setDataSource(DATABASE.source());
    config.setMaximumPoolSize(4);
    try (var source = new HikariDataSource(config)) {
      try (var store = PROVIDER.open(source, Settings.defaults()).orElseThrow()) {
        var id = Actors.enqueue(store, 1).getFirst();
        var worker = Actors.join(store);
        var task = Actors.claim(store, worker, 1).getFirst();
        store.settle(List.of(Actors.settlement(task, new Outcome.Succeeded(Json.NULL))));
        assertThat(Actors.get(store, id).standing().place()).isEqualTo("finished");
        store.leave(worker);
      }
      assertThat(source.isClosed()).isFalse();
      assertThat(source.getHikariPoolMXBean().getActiveConnections()).isZero();
    }
  }

  @Test
  void a_data_source_with_another_isolation_is_refused() {
    var config = new HikariConfig();
    config.setDataSource(DATABASE.source());
    config.setMaximumPoolSize(1);
    config.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
    try (var source = new HikariDataSource(config)) {
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> PROVIDER.open(source, Settings.defaults()))
          .withMessageContaining("READ COMMITTED");
    }
  }

  @Test
  void another_databases_data_source_is_another_providers() {
    assertThat(PROVIDER.open(new SQLiteDataSource(), Settings.defaults())).isEmpty();
    assertThat(PROVIDER.open(new Dsn.Memory(), Settings.defaults())).isEmpty();
  }

  @Test
  void another_process_work_is_heard_of() throws Exception {
    try (var one = DATABASE.open(Settings.defaults());
        var two = DATABASE.open(Settings.defaults())) {
      var heard = new CountDownLatch(3);
      two.onWork(heard::countDown);

      // The other one may not listen yet when the first ones come.
      Actors.until(
          "the news has come",
          Duration.ofMillis(50),
          () -> {
            Actors.enqueue(one, 1);
            return heard.getCount() == 0;
          });
    }
  }

  @Test
  void the_databases_clock_decides_where_no_other_is_given() {
    var database = TestServer.fresh();
    // A clock that no machine shows: found before the server's own, because the path says so.
    database.sql(
        "CREATE SCHEMA fake; CREATE FUNCTION fake.clock_timestamp() RETURNS timestamptz VOLATILE"
            + " LANGUAGE sql AS 'SELECT timestamptz ''2001-02-03 04:05:06Z'''; ALTER DATABASE "
            + database.dsn().database()
            + " SET search_path = fake, pg_catalog, public");

    try (var store = database.open(Settings.defaults())) {
      var id = Actors.enqueue(store, 1).getFirst();
      assertThat(Actors.get(store, id).times().enqueuedAt())
          .isEqualTo(Instant.parse("2001-02-03T04:05:06Z"));
    }
    try (var store = database.open(Settings.defaults().withTime(new SettableClock()))) {
      var id = Actors.enqueue(store, 1).getFirst();
      assertThat(Actors.get(store, id).times().enqueuedAt()).isEqualTo(SettableClock.START);
    }
  }
}
