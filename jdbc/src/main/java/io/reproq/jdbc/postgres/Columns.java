package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Sets array parameters, each the column of a list of rows.
final class Columns<R> {
  private final PreparedQuery query;
  private final List<R> rows;

  /// Parameters of `query`, which will be told of `rows`.
  Columns(PreparedQuery query, List<R> rows) {
    this.query = query;
    this.rows = rows;
  }

  Columns<R> longs(String name, Function<R, @Nullable Long> column) throws SQLException {
    return array(name, "bigint", rows.stream().map(column).toArray(Long[]::new));
  }

  Columns<R> integers(String name, Function<R, Integer> column) throws SQLException {
    return array(name, "integer", rows.stream().map(column).toArray(Integer[]::new));
  }

  Columns<R> doubles(String name, Function<R, Double> column) throws SQLException {
    return array(name, "float8", rows.stream().map(column).toArray(Double[]::new));
  }

  Columns<R> flags(String name, Function<R, Boolean> column) throws SQLException {
    return array(name, "boolean", rows.stream().map(column).toArray(Boolean[]::new));
  }

  Columns<R> texts(String name, Function<R, @Nullable String> column) throws SQLException {
    return array(name, "text", rows.stream().map(column).toArray(String[]::new));
  }

  PreparedQuery query() {
    return query;
  }

  /// Sets `ids` to whole numbers in ascending order.
  static PreparedQuery ids(PreparedQuery query, Collection<Long> ids) throws SQLException {
    return query.setArray("ids", "bigint", ids.stream().sorted().toArray(Long[]::new));
  }

  private Columns<R> array(String name, String type, Object[] elements) throws SQLException {
    query.setArray(name, type, elements);
    return this;
  }
}
