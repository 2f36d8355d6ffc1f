package io.reproq.server.http;

import io.reproq.server.tls.Certificates;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes what listens on a port: HTTP/1.1, in the clear or over TLS 1.2 and 1.3.
public final class Connectors {
  private static final Logger log = LoggerFactory.getLogger(Connectors.class);

  private Connectors() {}

  /// In the clear.
  public static ServerConnector plain(Server server, HttpConfiguration http) {
    return new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
  }

  /// Over TLS.
  ///
  /// @param needsClients whether a client without a good certificate is refused
  public static ServerConnector tls(
      Server server, HttpConfiguration http, Certificates certificates, boolean needsClients) {
    var factory = new SslContextFactory.Server();
    factory.setIncludeProtocols("TLSv1.3", "TLSv1.2");
    factory.setSslContext(certificates.first());
    factory.setNeedClientAuth(needsClients);
    // There is one certificate, whatever name or address the server is called by.
    http.addCustomizer(new SecureRequestCustomizer(/* sniHostCheck= */ false));
    return new ServerConnector(
        server, 1, 1, new Renewing(factory, certificates), new HttpConnectionFactory(http));
  }

  /// Looks for a new certificate when somebody connects.
  private static final class Renewing extends SslConnectionFactory {
    private final Certificates certificates;

    Renewing(SslContextFactory.Server factory, Certificates certificates) {
      super(factory, "http/1.1");
      this.certificates = certificates;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
      certificates.changed().ifPresent(this::show);
      return super.newConnection(connector, endPoint);
    }

    private void show(SSLContext context) {
      try {
        getSslContextFactory().reload(factory -> factory.setSslContext(context));
      } catch (Exception e) {
        log.error("the new certificate cannot be shown; the old one holds", e);
      }
    }
  }
}
