package io.reproq.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A [Query] on one connection. Parameters stay as they are until they are set again. For one
/// thread at a time.
public final class PreparedQuery {
  private final Query query;
  private final PreparedStatement statement;
  private final Map<String, Integer> columns;

  PreparedQuery(Query query, PreparedStatement statement) {
    this.query = query;
    this.statement = statement;
    this.columns = new HashMap<>();
  }

  /// Sets the parameter `name` wherever it stands.
  ///
  /// @param value text, a whole number, bytes, or null
  public PreparedQuery set(String name, @Nullable Object value) throws SQLException {
    for (int position : query.positions(name)) {
      statement.setObject(position, value);
    }
    return this;
  }

  /// Sets the parameter `name` to an array wherever it stands.
  ///
  /// @param type of the elements, as the database calls it
  public PreparedQuery setArray(String name, String type, Object[] elements) throws SQLException {
    return set(name, statement.getConnection().createArrayOf(type, elements));
  }

  /// Runs it and returns how many rows it changed.
  public int update() throws SQLException {
    return statement.executeUpdate();
  }

  /// Runs it and returns its rows, in their order.
  public <T> List<T> list(Reader<T> reader) throws SQLException {
    try (var results = statement.executeQuery()) {
      var row = row(results);
      var all = new ArrayList<T>();
      while (results.next()) {
        all.add(reader.read(row));
      }
      return all;
    }
  }

  /// Runs it and returns its first row, null when it has none.
  public <T> @Nullable T first(Reader<T> reader) throws SQLException {
    try (var results = statement.executeQuery()) {
      return results.next() ? reader.read(row(results)) : null;
    }
  }

  /// Runs it and returns the whole number in `column` of its first row, null when there is none.
  public @Nullable Long number(String column) throws SQLException {
    try (var results = statement.executeQuery()) {
      return results.next() ? row(results).numberOrNull(column) : null;
    }
  }

  /// Closes its statement.
  void close() throws SQLException {
    statement.close();
  }

  private Row row(ResultSet results) throws SQLException {
    if (columns.isEmpty()) {
      var meta = results.getMetaData();
      for (var column = 1; column <= meta.getColumnCount(); column++) {
        columns.put(meta.getColumnLabel(column), column);
      }
    }
    return new Row(results, columns);
  }

  /// Makes something of a row.
  @FunctionalInterface
  public interface Reader<T> {
    T read(Row row) throws SQLException;
  }

  /// The row that a result is at, by column names.
  public static final class Row {
    private final ResultSet results;
    private final Map<String, Integer> columns;

    private Row(ResultSet results, Map<String, Integer> columns) {
      this.results = results;
      this.columns = columns;
    }

    /// A whole number; 0 for null.
    public long number(String column) throws SQLException {
      return results.getLong(index(column));
    }

    /// A whole number of 32 bits; 0 for null.
    public int integer(String column) throws SQLException {
      return Math.toIntExact(number(column));
    }

    /// A whole number or null.
    public @Nullable Long numberOrNull(String column) throws SQLException {
      var value = number(column);
      return results.wasNull() ? null : (Long) value;
    }

    /// Text; empty for null.
    public String text(String column) throws SQLException {
      var value = textOrNull(column);
      return value == null ? "" : value;
    }

    /// Text or null.
    public @Nullable String textOrNull(String column) throws SQLException {
      return results.getString(index(column));
    }

    /// Bytes; none for null.
    public byte[] bytes(String column) throws SQLException {
      var value = results.getBytes(index(column));
      return value == null ? new byte[0] : value;
    }

    /// What the driver makes of a column in `type`, or null.
    public <T> @Nullable T value(String column, Class<T> type) throws SQLException {
      return results.getObject(index(column), type);
    }

    /// True or false; false for null.
    public boolean flag(String column) throws SQLException {
      return results.getBoolean(index(column));
    }

    /// The elements of an array of texts; none for null.
    public List<String> texts(String column) throws SQLException {
      var array = results.getArray(index(column));
      return array == null ? List.of() : List.of((String[]) array.getArray());
    }

    /// The elements of an array of whole numbers; none for null.
    public List<Long> numbers(String column) throws SQLException {
      var array = results.getArray(index(column));
      return array == null ? List.of() : List.of((Long[]) array.getArray());
    }

    private int index(String column) {
      var index = columns.get(column);
      if (index == null) {
        throw new IllegalArgumentException("no column " + column + ", only " + columns.keySet());
      }
      return index;
    }
  }
}
