/// Stores on databases that speak JDBC.
@org.jspecify.annotations.NullMarked
module io.reproq.jdbc {
  requires transitive io.reproq.core;
  requires org.slf4j;
  requires org.xerial.sqlitejdbc;
  requires static transitive org.jspecify;
}
