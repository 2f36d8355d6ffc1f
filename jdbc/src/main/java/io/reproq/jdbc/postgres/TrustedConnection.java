package io.reproq.jdbc.postgres;

import io.reproq.clock.TimeSource;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A connection that is taken to be alive for a while after it was used. The pool would ask the
/// server before each use, which doubles what an idle worker costs; that a connection is dead shows
/// in its use as well, and what may be done twice is then done on another. For one thread at a
/// time.
final class TrustedConnection implements InvocationHandler {
  private static final Duration TRUST = Duration.ofSeconds(5);

  private final Connection connection;
  private long used = TimeSource.system().nanoTime();

  private TrustedConnection(Connection connection) {
    this.connection = connection;
  }

  static Connection of(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            TrustedConnection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            new TrustedConnection(connection));
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    var now = TimeSource.system().nanoTime();
    switch (method.getName()) {
      case "isValid" -> {
        if (now - used < TRUST.toNanos()) {
          return !connection.isClosed();
        }
      }
      case "prepareStatement", "createStatement" -> used = now;
      default -> {}
    }
    try {
      return method.invoke(connection, arguments);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }
}
