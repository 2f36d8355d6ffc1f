package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reproq.dsn.Dsn;
import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Databases that cannot be used as they are: one line says which, why, and what to do.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class RefusalTest {
  private static final Duration LOOK = Duration.ofMillis(20);

  @Test
  void a_wrong_password_is_told_and_not_shown() throws Exception {
    var database = TestServer.fresh();
    var user = role("locked", database);
    database.sql("ALTER ROLE " + user + " SUPERUSER PASSWORD 'right'");
    var rules = Path.of(database.sql("SHOW data_directory").getFirst(), "pg_hba.conf");
    var rule = "host all " + user + " all scram-sha-256\n";
    Files.writeString(rules, rule + Files.readString(rules));
    database.sql("SELECT pg_reload_conf()");
    Actors.until(
        "the server has read it",
        LOOK,
        () ->
            database
                    .sql("SELECT 1 FROM pg_hba_file_rules WHERE user_name = '{" + user + "}'")
                    .size()
                == 1);

    refused(as(user, "wrong-one", database))
        .withMessageContaining(user + "@localhost")
        .withMessageContaining("check the user and the password")
        .withMessageNotContaining("wrong-one");
    as(user, "right", database).open(Settings.defaults()).close();
  }

  @Test
  void an_old_server_is_told_with_its_version() {
    var database =
        pretending(
            "FUNCTION fake.current_setting(name text) RETURNS text VOLATILE LANGUAGE sql AS"
                + " 'SELECT CASE name WHEN ''server_version_num'' THEN ''140022''"
                + " WHEN ''server_version'' THEN ''14.22''"
                + " ELSE pg_catalog.current_setting(name) END'");

    refused(database).withMessageContaining("runs PostgreSQL 14.22, but reproq needs 15 or newer");
    assertThat(database.sql("SELECT 1 FROM pg_namespace WHERE nspname = 'reproq'")).isEmpty();
  }

  @Test
  void a_standby_is_told_from_its_primary() {
    refused(
            pretending(
                "FUNCTION fake.pg_is_in_recovery() RETURNS boolean VOLATILE LANGUAGE sql AS"
                    + " 'SELECT true'"))
        .withMessageContaining("is a standby, which takes no writes: name the primary");
  }

  @Test
  void a_database_that_is_read_only_is_told() {
    var database = TestServer.fresh();
    database.sql(
        "ALTER DATABASE " + database.dsn().database() + " SET default_transaction_read_only = on");

    refused(database).withMessageContaining("default_transaction_read_only = off");
  }

  @Test
  void a_user_who_may_make_no_schema_is_told_and_leaves_none() {
    var database = TestServer.bare();

    refused(as(role("guest", database), "any", database))
        .withMessageContaining("permission denied for database " + database.dsn().database())
        .withMessageContaining("migrate as the owner of the database");

    assertThat(database.sql("SELECT 1 FROM pg_namespace WHERE nspname = 'reproq'")).isEmpty();
  }

  @Test
  void a_user_who_may_not_use_the_schema_is_told() {
    var database = TestServer.fresh();

    refused(as(role("stranger", database), "any", database))
        .withMessageContaining("permission denied for schema reproq")
        .withMessageContaining("the user lacks rights");
  }

  @Test
  void a_migration_that_fails_in_the_middle_leaves_nothing() {
    var database = TestServer.bare();
    // The first step knows nothing of it, the second meets it.
    database.sql("CREATE TABLE public.task_runs (mine integer); INSERT INTO task_runs VALUES (42)");

    refused(database).withMessageContaining("could not migrate").withMessageContaining("task_runs");

    assertThat(database.sql("SELECT 1 FROM pg_namespace WHERE nspname = 'reproq'")).isEmpty();
    assertThat(database.sql("SELECT mine FROM task_runs")).containsExactly("42");
    database.sql("DROP TABLE task_runs");
    database.open(Settings.defaults()).close();
  }

  @Test
  void whoever_comes_while_another_migrates_waits_for_it() throws Exception {
    var database = TestServer.bare();
    try (var other = database.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      // What every migration begins with.
      statement.execute("SELECT pg_advisory_xact_lock(8245934029157319281)");
      var opening = CompletableFuture.supplyAsync(() -> database.open(Settings.defaults()));
      Actors.until(
          "it waits",
          LOOK,
          () ->
              opening.isDone()
                  || !database
                      .sql("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                      .isEmpty());
      assertThat(opening.isDone()).isFalse();

      other.rollback();

      opening.get(30, TimeUnit.SECONDS).close();
    }
    assertThat(database.sql("SELECT count(*) > 0 FROM reproq.schema_version")).containsExactly("t");
  }

  private static ThrowableAssertAlternative<StoreException> refused(TestDatabase database) {
    return assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> database.open(Settings.defaults()))
        .matches(e -> !String.valueOf(e.getMessage()).contains("\n"), "one line")
        .withMessageContaining(database.dsn().database());
  }

  /// A new user without any rights; users are the whole server's, so each has its database's name.
  private static String role(String name, TestDatabase database) {
    var role = name + "_" + database.dsn().database();
    database.sql("CREATE ROLE " + role + " LOGIN");
    return role;
  }

  private static TestDatabase as(String user, String password, TestDatabase database) {
    var dsn = database.dsn();
    return new TestDatabase(
        new Dsn.Postgres(user, password, dsn.host(), dsn.port(), dsn.database(), Map.of()));
  }

  /// A bare database that says something about its server that is not so: a function that is found
  /// before the server's own.
  private static TestDatabase pretending(String function) {
    var database = TestServer.bare();
    database.sql(
        "CREATE SCHEMA fake; CREATE "
            + function
            + "; ALTER DATABASE "
            + database.dsn().database()
            + " SET search_path = fake, pg_catalog, public");
    return database;
  }
}
