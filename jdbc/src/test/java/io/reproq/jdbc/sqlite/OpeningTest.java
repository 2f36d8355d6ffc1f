package io.reproq.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reproq.dsn.Dsn;
import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider;
import io.reproq.store.StoreProvider.Settings;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

/// How a store is found and opened, and what is said when it cannot be.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class OpeningTest {
  @TempDir Path folder;

  private static StoreProvider provider() {
    return new SqliteStoreProvider();
  }

  private static void assertRefused(String file, String... parts) {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> provider().open(new Dsn.Sqlite(file), Settings.defaults()))
        .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"))
        .matches(e -> !e.isTransient());
  }

  @Test
  void is_offered_as_a_service_on_the_module_path_and_on_the_class_path() throws Exception {
    var service = StoreProvider.class.getName();
    var module = SqliteStoreProvider.class.getModule().getDescriptor();

    try (var file =
        SqliteStoreProvider.class.getResourceAsStream("/META-INF/services/" + service)) {
      assertThat(file).isNotNull();
      var names = new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      assertThat(names).contains(SqliteStoreProvider.class.getName());
      assertThat(module.provides())
          .anySatisfy(offer -> {
            assertThat(offer.service()).isEqualTo(service);
            assertThat(offer.providers()).containsExactlyInAnyOrderElementsOf(names);
          });
    }
  }

  @Test
  void opens_no_store_of_another_kind() {
    assertThat(provider().open(new Dsn.Memory(), Settings.defaults())).isEmpty();
  }

  @Test
  void opens_a_file_with_an_odd_name() throws Exception {
    var file = folder.resolve("tasks of Ada, 100% & more #1.db");
    try (var store =
        provider().open(new Dsn.Sqlite(file.toString()), Settings.defaults()).orElseThrow()) {
      assertThat(Fixture.enqueue(store, 1)).hasSize(1);
      assertThat(store.describe()).isEqualTo("SQLite database " + file);
    }
    assertThat(file).exists();
  }

  @Test
  void opens_the_file_behind_a_data_source() {
    var source = new SQLiteDataSource();
    source.setUrl("jdbc:sqlite:" + folder.resolve("source.db"));

    try (var store = provider().open(source, Settings.defaults()).orElseThrow()) {
      assertThat(store.describe()).endsWith("source.db");
      assertThat(Fixture.enqueue(store, 1)).hasSize(1);
    }
  }

  @Test
  void leaves_a_data_source_of_another_database_alone() {
    assertThat(provider().open(foreign(), Settings.defaults())).isEmpty();
  }

  @Test
  void refuses_a_database_in_memory_and_names_what_to_say() {
    var source = new SQLiteDataSource();
    source.setUrl("jdbc:sqlite::memory:");

    assertRefused(":memory:", "':memory:'", "say memory:");
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> provider().open(source, Settings.defaults()))
        .withMessageContaining("say memory:");
  }

  @Test
  void refuses_a_folder_that_is_not_there() {
    var missing = folder.resolve("none").toAbsolutePath();

    assertRefused(missing + "/tasks.db", missing + "/tasks.db", "there is no folder " + missing);
  }

  @Test
  void refuses_a_folder() {
    assertRefused(folder.toString(), folder.toString(), "it is a folder");
  }

  @Test
  void refuses_a_file_that_is_no_database() throws Exception {
    var file = folder.resolve("notes.txt");
    Files.writeString(file, "These are notes and no database at all. ".repeat(50));

    assertRefused(file.toString(), file.toString(), "not an SQLite database");
    assertThat(Files.readString(file)).startsWith("These are notes");
  }

  @Test
  void refuses_a_name_that_the_driver_would_cut() {
    assertRefused(folder.resolve("a?b.db").toString(), "takes no '?' in a file name");
  }

  /// A data source of a database that is none we know.
  private static DataSource foreign() {
    var meta = proxy(DatabaseMetaData.class, "Foreign");
    var connection = proxy(Connection.class, meta);
    return proxy(DataSource.class, connection);
  }

  /// Answers every question with `answer`.
  private static <T> T proxy(Class<T> type, Object answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> method.getReturnType() == void.class ? null : answer));
  }
}
