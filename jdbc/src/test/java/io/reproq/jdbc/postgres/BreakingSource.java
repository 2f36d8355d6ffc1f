package io.reproq.jdbc.postgres;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// A data source whose connections break when a test says so: in the next commit, before the server
/// hears of it or before its answer comes.
final class BreakingSource {
  private final DataSource target;
  private final AtomicBoolean before = new AtomicBoolean();
  private final AtomicBoolean after = new AtomicBoolean();
  private volatile boolean willBeAway;
  private volatile boolean isAway;

  BreakingSource(DataSource target) {
    this.target = target;
  }

  DataSource source() {
    return proxy(DataSource.class, this::connect);
  }

  /// The next commit does not reach the server.
  void breakBeforeCommit() {
    before.set(true);
  }

  /// The next commit is done, and its answer lost.
  void breakAfterCommit() {
    after.set(true);
  }

  /// From the next break on nobody gets a connection.
  void stayAway() {
    willBeAway = true;
  }

  void comeBack() {
    willBeAway = false;
    isAway = false;
  }

  private @Nullable Object connect(Object self, Method method, @Nullable Object[] arguments)
      throws Throwable {
    if (!method.getName().equals("getConnection")) {
      return invoke(target, method, arguments);
    }
    if (isAway) {
      throw lost();
    }
    var connection = target.getConnection();
    return proxy(
        Connection.class,
        (proxy, called, given) ->
            called.getName().equals("commit")
                ? commit(connection)
                : invoke(connection, called, given));
  }

  private @Nullable Object commit(Connection connection) throws SQLException {
    var breaksBefore = before.compareAndSet(true, false);
    if (!breaksBefore) {
      connection.commit();
    }
    if (breaksBefore || after.compareAndSet(true, false)) {
      isAway = willBeAway;
      connection.abort(Runnable::run);
      throw lost();
    }
    return null;
  }

  private static SQLException lost() {
    return new SQLException("the connection is lost", "08006");
  }

  private static @Nullable Object invoke(Object target, Method method, @Nullable Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            BreakingSource.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
