package io.reproq.server.http;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;

/// Notices that a client has closed its connection while it is being answered, which a server that
/// only writes would learn from a write, and only from the second.
///
/// While an answer is under way nothing else reads from its connection. The connection must end
/// with the answer: what the client sent meanwhile is lost.
final class Departure {
  private static final int BYTES = 512;

  private final EndPoint connection;
  private final Runnable gone;

  private Departure(EndPoint connection, Runnable gone) {
    this.connection = connection;
    this.gone = gone;
  }

  /// Calls `gone` once, on a thread of the server, when the client of `request` has left.
  static void watch(HttpServletRequest request, Runnable gone) {
    var data = ServletContextRequest.getServletContextRequest(request).getConnectionMetaData();
    new Departure(data.getConnection().getEndPoint(), gone).await();
  }

  private void await() {
    connection.tryFillInterested(
        Callback.from(InvocationType.NON_BLOCKING, this::read, failure -> gone.run()));
  }

  private void read() {
    try {
      var buffer = BufferUtil.allocate(BYTES);
      var count = connection.fill(buffer);
      while (count > 0) {
        BufferUtil.clear(buffer);
        count = connection.fill(buffer);
      }
      if (count == 0) {
        await();
        return;
      }
    } catch (IOException e) {
      // Closed with a reset: gone as well.
    }
    gone.run();
  }
}
