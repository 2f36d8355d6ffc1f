package io.reproq.dsn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.dsn.Dsn.Memory;
import io.reproq.dsn.Dsn.Postgres;
import io.reproq.dsn.Dsn.Sqlite;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class DsnTest {
  @ParameterizedTest
  @ValueSource(strings = {"memory:", "MEMORY:", "memory://"})
  void memory_is_named_by_its_scheme_alone(String text) {
    assertThat(Dsn.parse(text)).isEqualTo(new Memory()).hasToString("memory:");
  }

  @ParameterizedTest
  @CsvSource({
    "sqlite:reproq.db, reproq.db",
    "SQLite:reproq.db, reproq.db",
    "sqlite:/var/lib/reproq.db, /var/lib/reproq.db",
    "sqlite:///var/lib/reproq.db, /var/lib/reproq.db",
    "sqlite://sub/reproq.db, sub/reproq.db",
    "sqlite:C:\\data\\tasks.db, C:\\data\\tasks.db",
    "reproq.db, reproq.db",
    "./a:b.db, ./a:b.db",
    "/tmp/with space.db, /tmp/with space.db",
    "C:\\data\\tasks.db, C:\\data\\tasks.db",
    "c:/data/tasks.db, c:/data/tasks.db",
    "sqlite:password=x, password=x"
  })
  void a_file_is_an_sqlite_database_with_and_without_a_scheme(String text, String file) {
    assertThat(Dsn.parse(text)).isEqualTo(new Sqlite(file)).hasToString("sqlite:" + file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "sqlite:", "sqlite://", "sqlite: "})
  void no_name_is_refused(String text) {
    assertThatThrownBy(() -> Dsn.parse(text))
        .isInstanceOf(InvalidDsnException.class)
        .hasMessageContaining("sqlite:");
  }

  @ParameterizedTest
  @ValueSource(strings = {":memory:", "sqlite::memory:", "sqlite://:memory:"})
  void sqlites_own_memory_is_refused_for_ours(String text) {
    assertThatThrownBy(() -> Dsn.parse(text))
        .isInstanceOf(InvalidDsnException.class)
        .hasMessageEndingWith("use memory:");
  }

  @ParameterizedTest
  @CsvSource({
    "mysql://ada:s3cret@db/app, mysql:",
    "jdbc:postgresql://db/app?password=s3cret, jdbc:",
    "postgress://ada:s3cret@db/app, postgress:",
    "file:s3cret, file:"
  })
  void an_unknown_scheme_is_named_with_the_known_ones_and_nothing_else(String text, String scheme) {
    assertThatThrownBy(() -> Dsn.parse(text))
        .isInstanceOf(InvalidDsnException.class)
        .hasMessage(
            "unknown database scheme '%s'; known are memory:, sqlite:FILE,"
                + " postgres://user:password@host:port/database",
            scheme);
  }

  @Nested
  final class A_postgres_url {
    @ParameterizedTest
    @ValueSource(strings = {"postgres", "postgresql", "PostgreSQL"})
    void has_all_parts(String scheme) {
      var dsn = Dsn.parse(scheme + "://ada:s3cret@db.example:6543/app?sslmode=require&a=b=c");

      assertThat(dsn)
          .isEqualTo(
              new Postgres(
                  "ada",
                  "s3cret",
                  "db.example",
                  6543,
                  "app",
                  Map.of("sslmode", "require", "a", "b=c")))
          .hasToString("postgres://ada@db.example:6543/app");
    }

    @Test
    void has_defaults_for_what_is_left_out() {
      var none = Map.<String, String>of();

      assertThat(Dsn.parse("postgres:///app"))
          .isEqualTo(new Postgres(null, null, "localhost", 5432, "app", none))
          .hasToString("postgres://localhost:5432/app");
      assertThat(Dsn.parse("postgres://db"))
          .isEqualTo(new Postgres(null, null, "db", 5432, "postgres", none));
      assertThat(Dsn.parse("postgres://ada@db/"))
          .isEqualTo(new Postgres("ada", null, "db", 5432, "ada", none));
      assertThat(Dsn.parse("postgres://:s3cret@db:/app"))
          .isEqualTo(new Postgres(null, "s3cret", "db", 5432, "app", none));
      assertThat(Dsn.parse("postgres://ada:@db/app?"))
          .isEqualTo(new Postgres("ada", "", "db", 5432, "app", none));
    }

    @Test
    void is_percent_decoded_in_every_part() {
      assertThat(Dsn.parse("postgres://a%40b:p%2Fw%3A%25%23%3F+%C3%A9@h%2Fx:1/d%20b?o%26=%3D%40"))
          .isEqualTo(new Postgres("a@b", "p/w:%#?+\u00e9", "h/x", 1, "d b", Map.of("o&", "=@")));
    }

    @ParameterizedTest
    @CsvSource({
      "postgres://ada:s3cret@[::1]/app, [::1], 5432",
      "postgres://[2001:db8::1]:6543/app, [2001:db8::1], 6543",
      "postgres://ada@[fe80::1%25eth0]:1/app, [fe80::1%eth0], 1"
    })
    void has_an_ipv6_address_in_brackets(String text, String host, int port) {
      assertThat(Dsn.parse(text))
          .isInstanceOfSatisfying(
              Postgres.class,
              dsn -> {
                assertThat(dsn.host()).isEqualTo(host);
                assertThat(dsn.port()).isEqualTo(port);
              });
    }

    @Test
    void keeps_its_options_in_order_and_to_itself() {
      var dsn = (Postgres) Dsn.parse("postgres://db/app?z=1&password=s3cret&a=");

      assertThat(dsn.options())
          .containsExactly(
              Map.entry("z", "1"), Map.entry("password", "s3cret"), Map.entry("a", ""));
      assertThat(dsn.toString()).doesNotContain("s3cret");
      assertThatThrownBy(() -> dsn.options().put("b", "c"))
          .isInstanceOf(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "-1", "x", "99999999999", "54 32", "5432x"})
    void needs_a_port_within_range(String port) {
      assertThatThrownBy(() -> Dsn.parse("postgres://db:" + port + "/app"))
          .isInstanceOf(InvalidDsnException.class)
          .hasMessageContaining("postgres://");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"postgres:", "postgres:app", "postgres://[::1/app", "postgres://db/a b"})
    void that_cannot_be_read_is_refused(String text) {
      assertThatThrownBy(() -> Dsn.parse(text))
          .isInstanceOf(InvalidDsnException.class)
          .hasMessageContaining("postgres://");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgres://ada:s3cret",
        "postgres://ada:s3cret/app",
        "postgres://ada:9173s3cret@",
        "postgres://ada:s3/cret@db/app",
        "postgres://ada:91/s3cret@db/app",
        "postgres://ada:91?s3cret@db/app",
        "postgres://ada:91?a=s3cret@db/app",
        "postgres://ada:91#s3cret@db/app",
        "postgres://ada:s3cret @db/app",
        "postgres://ada:s3cret%@db/app",
        "postgres://ada:s3cret%zz@db/app",
        "postgres://ada:s3cret%ff@db/app",
        "postgres://ada:s3cret%00@db/app",
        "postgres://ada:s3cret^{}@db/app",
        "postgres://ada:s3cret@db:port/app",
        "postgres://ada:s3cret@db/app?s3cret",
        "postgres://ada:s3cret@[::1/app",
        "postgres:ada:s3cret@db",
        " postgres://ada:s3cret@db/app",
        "'postgres://ada:s3cret@db/app'",
        "sqlite:postgres://ada:s3cret@db/app",
        "DATABASE_URL=postgres://ada:s3cret@db/app",
        "host=db user=ada password=s3cret",
        "dbname=app password = 's3cret'",
        "memory:s3cret",
        "mysql://ada:s3cret@db/app",
        "ada:s3cret@db/app"
      })
  void a_password_is_in_no_message_whatever_was_mistyped(String text) {
    String shown;
    try {
      shown = Dsn.parse(text).toString();
    } catch (InvalidDsnException e) {
      shown = e + " " + e.getCause();
    }

    assertThat(shown).doesNotContain("s3cret", "cret", "9173");
  }

  @Test
  void keyword_pairs_are_refused_and_not_taken_for_a_file() {
    assertThatThrownBy(() -> Dsn.parse("host=db dbname=app"))
        .isInstanceOf(InvalidDsnException.class)
        .hasMessageStartingWith("the database looks like keyword=value pairs");
  }
}
