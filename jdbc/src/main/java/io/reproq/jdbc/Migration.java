package io.reproq.jdbc;

/// One step of a schema.
///
/// @param version its number; a later step has a greater one
/// @param name what it makes, as its file is called
/// @param sql the whole script; its head says what it does, whether old workers keep working, and
///   how long it locks
public record Migration(int version, String name, String sql) {

  /// Reads the file `name`, which lies beside `owner` on the class path and is called like
  /// `V0001__places.sql`.
  static Migration read(Class<?> owner, String name) {
    if (!name.matches("V\\d{4}__[a-z_]+\\.sql")) {
      throw new IllegalArgumentException("a migration is called like V0001__name.sql, not " + name);
    }
    return new Migration(
        Integer.parseInt(name.substring(1, 5)),
        name.substring(7, name.length() - ".sql".length()),
        Queries.text(owner, name));
  }
}
