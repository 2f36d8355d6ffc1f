package io.reproq.server.http;

import io.reproq.server.security.Access;
import io.reproq.server.security.Verdict;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/// Stands before all doors, those that do not exist too: looks at the method, then at where a
/// request comes from, then at its credentials, then at whether it brings a body, which none may.
public final class Gate extends Handler.Wrapper {
  private static final Set<String> METHODS = Set.of("GET", "HEAD");
  private static final Set<String> HEALTH = Set.of(Paths.HEALTH, Paths.READY);

  private final Access access;

  public Gate(Access access) {
    this.access = access;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    SecurityHeaders.put(response.getHeaders());
    if (!METHODS.contains(request.getMethod())) {
      response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
      return answer(response, HttpStatus.METHOD_NOT_ALLOWED_405, "", callback);
    }
    var verdict = judge(request);
    if (verdict != Verdict.ADMITTED) {
      return answer(response, verdict.status(), verdict.body(), callback);
    }
    if (hasBody(request)) {
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
      return answer(response, HttpStatus.PAYLOAD_TOO_LARGE_413, "no body expected", callback);
    }
    return super.handle(request, response, callback);
  }

  private Verdict judge(Request request) {
    return access.judge(
        peer(request),
        HEALTH.contains(Request.getPathInContext(request)),
        request.getHeaders().get(HttpHeader.AUTHORIZATION));
  }

  private static InetAddress peer(Request request) {
    if (request.getConnectionMetaData().getRemoteSocketAddress()
        instanceof InetSocketAddress from) {
      return from.getAddress();
    }
    throw new IllegalStateException("a request from no address");
  }

  private static boolean hasBody(Request request) {
    return request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
  }

  private static boolean answer(Response response, int status, String body, Callback callback) {
    response.setStatus(status);
    if (!body.isEmpty()) {
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, Paths.PLAIN);
    }
    Content.Sink.write(response, true, body, callback);
    return true;
  }
}
