package io.reproq.jdbc.sqlite;

import io.reproq.store.StoreException;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// What SQLite's errors mean.
final class SqliteErrors {
  private SqliteErrors() {}

  /// The exception to throw when `what` could not be done on `database`.
  static StoreException failure(String database, String what, SQLException thrown) {
    return new StoreException(
        "could not %s %s: %s".formatted(what, database, reason(thrown)),
        isTransient(code(thrown)),
        thrown);
  }

  /// Whether somebody else holds a lock that is needed.
  static boolean isBusy(SQLException thrown) {
    var code = code(thrown);
    return code == SQLiteErrorCode.SQLITE_BUSY || code == SQLiteErrorCode.SQLITE_LOCKED;
  }

  static String reason(SQLException thrown) {
    return switch (code(thrown)) {
      case SQLITE_BUSY, SQLITE_LOCKED ->
          "it is busy, somebody else has been writing all the time; try again, and keep other"
              + " programs' transactions short";
      case SQLITE_FULL -> "there is no space left on its disk; nothing was written, free some";
      case SQLITE_IOERR ->
          "its disk failed (" + thrown.getMessage() + "); nothing was written, check the disk";
      case SQLITE_NOTADB -> "the file is not an SQLite database; name another file";
      case SQLITE_CORRUPT -> "the file is damaged; restore it from a backup";
      case SQLITE_READONLY -> "the file is read-only; make it and its folder writable";
      case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
          "the file cannot be opened; check that it and its folder may be read and written";
      case SQLITE_TOOBIG -> "a value is larger than SQLite takes; store large data elsewhere";
      default -> String.valueOf(thrown.getMessage());
    };
  }

  private static boolean isTransient(SQLiteErrorCode code) {
    return switch (code) {
      case SQLITE_BUSY,
          SQLITE_LOCKED,
          SQLITE_FULL,
          SQLITE_IOERR,
          SQLITE_NOMEM,
          SQLITE_INTERRUPT,
          SQLITE_PROTOCOL ->
          true;
      default -> false;
    };
  }

  /// The primary code, which is the low byte of the extended one.
  private static SQLiteErrorCode code(SQLException thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLiteException sqlite) {
        return SQLiteErrorCode.getErrorCode(sqlite.getResultCode().code & 0xff);
      }
    }
    return SQLiteErrorCode.UNKNOWN_ERROR;
  }
}
