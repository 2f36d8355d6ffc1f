package io.reproq.jdbc.postgres;

import io.reproq.store.StoreException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What PostgreSQL's errors mean.
final class PostgresErrors {
  private static final int STATE_LENGTH = 5;

  /// Lost connections, refused log-ins, unknown databases and schemas, undone transactions,
  /// resources that ran out, locks that took too long, operators, system errors.
  private static final Set<String> SERVERS_FAULT_CLASSES =
      Set.of("08", "28", "3D", "3F", "40", "53", "55", "57", "58");

  /// A server that takes no writes, transactions that stood still or took too long, missing rights,
  /// missing tables.
  private static final Set<String> SERVERS_FAULTS =
      Set.of("25006", "25P03", "25P04", "42501", "42P01");

  private PostgresErrors() {}

  /// Whether the server has undone the transaction and wants it sent again.
  static boolean isUndone(SQLException e) {
    return switch (state(e)) {
      case "40001", "40P01" -> true;
      default -> false;
    };
  }

  /// Whether a row is there already: after a lost connection, what was sent before came through.
  static boolean isTwice(SQLException e) {
    return state(e).equals("23505");
  }

  /// The same of what somebody else's code threw, who may have wrapped it.
  static boolean hasBeenUndone(Throwable thrown) {
    for (@Nullable Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof SQLException sql && isUndone(sql)) {
        return true;
      }
    }
    return false;
  }

  /// Whether the connection was lost, whatever became of the transaction. A pool that had none to
  /// give has tried for long enough itself.
  static boolean isDisconnected(SQLException e) {
    var state = state(e);
    return !(e instanceof SQLTransientConnectionException)
        && (state.startsWith("08") || state.startsWith("57P0"));
  }

  /// What `thrown` means, in one line.
  ///
  /// @param what the thing that was to be done, as in "could not claim from"
  /// @param place the database, as in "PostgreSQL database postgres://host:5432/db"
  static StoreException failure(String what, String place, SQLException thrown) {
    var advice = advice(state(thrown));
    var message =
        "could not %s the %s: %s%s"
            .formatted(
                what, place, firstLine(cause(thrown)), advice.isEmpty() ? "" : "; " + advice);
    return new StoreException(message, isTransient(thrown), thrown);
  }

  /// Whether the server, its rights or its disk are at fault, and not what was sent: somebody will
  /// mend that, and until then what was to be written is kept.
  private static boolean isTransient(SQLException e) {
    var state = state(e);
    return e instanceof SQLTransientConnectionException
        || SERVERS_FAULTS.contains(state)
        || (state.length() == STATE_LENGTH
            && SERVERS_FAULT_CLASSES.contains(state.substring(0, 2)));
  }

  private static String advice(String state) {
    return switch (state) {
      case "08001", "08004" -> "check the host and the port, and that the server runs";
      case "28P01", "28000" -> "check the user and the password";
      case "3D000" -> "create the database, or name another one";
      case "42501" -> "the user lacks rights: migrate as the owner of the database";
      case "3F000", "42P01" -> "the schema is not there or too old: run reproq migrate";
      case "25006" -> "the server takes no writes now: name the primary";
      case "53100" -> "the server's disk is full: make room, nothing was lost";
      case "53300" -> "the server has no connection left: raise max_connections or use fewer";
      default -> "";
    };
  }

  private static String state(SQLException e) {
    var state = e.getSQLState();
    if (state == null && !cause(e).equals(e)) {
      return state(cause(e));
    }
    return state == null ? "" : state;
  }

  /// A pool wraps what it met; that is what there is to tell.
  private static SQLException cause(SQLException e) {
    @Nullable Throwable cause = e.getCause();
    return e instanceof SQLTransientConnectionException && cause instanceof SQLException inner
        ? inner
        : e;
  }

  private static String firstLine(SQLException e) {
    var message = e.getMessage();
    if (message == null) {
      return e.getClass().getSimpleName();
    }
    var line = message.lines().findFirst().orElse("");
    return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
  }
}
