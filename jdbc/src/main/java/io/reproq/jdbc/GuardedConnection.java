package io.reproq.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// A connection as a handler's work gets it: good for everything but to end its transaction, which
/// belongs to who lent it. Closing it does nothing. For one thread at a time, but for [#end].
public final class GuardedConnection implements InvocationHandler {
  private static final String IS_OVER =
      "this connection was lent to the work of a completeWith that is over; nothing can be done"
          + " with it any more";

  private final Connection target;
  private final Connection guarded;
  private volatile boolean isOver;

  /// A guard before `target`, whose transaction is open and will be ended by who lends it.
  public GuardedConnection(Connection target) {
    this.target = target;
    this.guarded =
        (Connection)
            Proxy.newProxyInstance(
                GuardedConnection.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
  }

  /// What the work is given.
  public Connection connection() {
    return guarded;
  }

  /// From now on it refuses everything, also where the work has passed it on.
  public void end() {
    isOver = true;
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    return switch (method.getName()) {
      case "equals" -> arguments != null && isGuardOf(arguments[0]);
      case "hashCode" -> hashCode();
      case "toString" -> "guarded " + target;
      case "close" -> null;
      case "isClosed" -> isOver || target.isClosed();
      default -> passOn(method, arguments);
    };
  }

  private boolean isGuardOf(@Nullable Object other) {
    return other != null
        && Proxy.isProxyClass(other.getClass())
        && equals(Proxy.getInvocationHandler(other));
  }

  private @Nullable Object passOn(Method method, @Nullable Object @Nullable [] arguments)
      throws Throwable {
    if (isOver) {
      throw new SQLException(IS_OVER, "08003");
    }
    if (wouldEndTransaction(method, arguments)) {
      throw new SQLException(
          method.getName()
              + " is not for the work of completeWith: its transaction is committed together with"
              + " the end of the task, after the work has returned; to roll it back, throw",
          "2D000");
    }
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private static boolean wouldEndTransaction(
      Method method, @Nullable Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "commit", "abort" -> true;
      // With a savepoint it goes back only so far.
      case "rollback" -> arguments == null || arguments.length == 0;
      case "setAutoCommit" -> arguments != null && Boolean.TRUE.equals(arguments[0]);
      default -> false;
    };
  }
}
