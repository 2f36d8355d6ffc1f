/// Stores on databases that speak JDBC.
@org.jspecify.annotations.NullMarked
module io.reproq.jdbc {
  requires transitive io.reproq.core;
  requires com.zaxxer.hikari;
  requires org.postgresql.jdbc;
  requires org.slf4j;
  requires org.xerial.sqlitejdbc;
  requires static org.checkerframework.checker.qual;
  requires static transitive org.jspecify;

  exports io.reproq.jdbc;
  exports io.reproq.jdbc.postgres;
  exports io.reproq.jdbc.sqlite;

  provides io.reproq.store.StoreProvider with
      io.reproq.jdbc.postgres.PostgresStoreProvider,
      io.reproq.jdbc.sqlite.SqliteStoreProvider;
}
