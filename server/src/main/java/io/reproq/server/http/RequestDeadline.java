package io.reproq.server.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/// Closes connections whose next request takes too long to arrive, however steadily its bytes
/// trickle in, which a limit on idleness does not see.
public final class RequestDeadline extends Handler.Wrapper implements Connection.Listener {
  private static final String TIMER = RequestDeadline.class.getName();

  private final Duration first;
  private final Duration next;

  /// @param first for the first request of a connection, its handshake included
  /// @param next for each after an answer
  public RequestDeadline(Duration first, Duration next) {
    this.first = first;
    this.next = next;
  }

  @Override
  public void onOpened(Connection connection) {
    if (connection instanceof ConnectionMetaData data) {
      start(data, first);
    }
  }

  @Override
  public void onClosed(Connection connection) {
    if (connection instanceof ConnectionMetaData data) {
      stop(data);
    }
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    var data = request.getConnectionMetaData();
    stop(data);
    Request.addCompletionListener(request, failure -> start(data, next));
    return super.handle(request, response, callback);
  }

  private static void start(ConnectionMetaData data, Duration limit) {
    var endPoint = data.getConnection().getEndPoint();
    if (endPoint.isOpen()) {
      var timer =
          data.getConnector()
              .getScheduler()
              .schedule(endPoint::close, limit.toMillis(), TimeUnit.MILLISECONDS);
      data.setAttribute(TIMER, timer);
    }
  }

  private static void stop(ConnectionMetaData data) {
    if (data.removeAttribute(TIMER) instanceof Scheduler.Task timer) {
      timer.cancel();
    }
  }
}
