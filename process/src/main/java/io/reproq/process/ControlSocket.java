package io.reproq.process;

import io.reproq.json.InvalidJsonException;
import io.reproq.json.JsonReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// Where children reach their worker: a Unix socket in a folder that its owner alone may enter.
///
/// The first line of a connection says whose it is. Who does not say a key that is expected is
/// turned away. Safe for use by many threads.
final class ControlSocket implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlSocket.class);
  private static final int HELLO_BYTES = 65_536;
  private static final int BACKLOG = 1024;

  /// What the kernel has room for, the NUL behind it included, where there is least.
  private static final int MOST_PATH_BYTES = 103;

  private final Path path;
  private final ServerSocketChannel server;
  private final Map<String, Guest> guests = new ConcurrentHashMap<>();
  private volatile Guest serverGuest = Guest.NOBODY;

  /// Listens in `folder`.
  ControlSocket(Path folder) throws IOException {
    path = folder.resolve("s");
    if (path.toString().getBytes(StandardCharsets.UTF_8).length > MOST_PATH_BYTES) {
      throw new IOException(
          path + " is too long for a socket: set TMPDIR, or -Djava.io.tmpdir, to a shorter path");
    }
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path), BACKLOG);
    Thread.ofVirtual().name("reproq-control").start(this::accept);
  }

  /// Takes connections over.
  @FunctionalInterface
  interface Guest {
    Guest NOBODY = (hello, connection) -> connection.close();

    /// Called on a virtual thread of the connection's own. Whoever takes it over closes it.
    void enter(JsonNode hello, Connection connection);
  }

  Path path() {
    return path;
  }

  /// From now on connections that say `key` belong to `guest`.
  void expect(String key, Guest guest) {
    guests.put(key, guest);
  }

  /// The opposite.
  void forget(String key) {
    guests.remove(key);
  }

  /// Who is told of fork servers, which have no key.
  void expectServers(Guest guest) {
    serverGuest = guest;
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      log.debug("the socket for children was gone before", e);
    }
  }

  private void accept() {
    try {
      while (true) {
        var connection = new Connection(server.accept());
        Thread.ofVirtual().name("reproq-child").start(() -> greet(connection));
      }
    } catch (ClosedChannelException e) {
      log.debug("no more children are listened to");
    } catch (IOException e) {
      log.error("children cannot reach this worker any more", e);
    }
  }

  private void greet(Connection connection) {
    try {
      var line = connection.readLine(HELLO_BYTES);
      if (line == null) {
        connection.close();
        return;
      }
      var hello = JsonReader.read(new ByteArrayInputStream(line));
      guest(hello).enter(hello, connection);
    } catch (IOException | InvalidJsonException e) {
      log.debug("a connection did not say whose it is", e);
      connection.close();
    }
  }

  private Guest guest(JsonNode hello) {
    if (hello.has("server")) {
      return serverGuest;
    }
    var key = hello.path(hello.has("output") ? "output" : "child").asString("");
    return guests.getOrDefault(key, Guest.NOBODY);
  }
}
