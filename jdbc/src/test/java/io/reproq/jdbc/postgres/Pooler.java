package io.reproq.jdbc.postgres;

import io.reproq.dsn.Dsn;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A PgBouncer in transaction mode, which keeps no prepared statements: every transaction may be
/// another session's. It has few of them, so that they change hands.
final class Pooler implements AutoCloseable {
  private static final int SESSIONS = 4;

  private final Process process;
  private final int port;

  private Pooler(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /// Whether PgBouncer is installed. Where everything must be tested it has to be.
  static boolean isThere() {
    return program().isPresent() || System.getenv("CI") != null;
  }

  /// Starts one before the server of `database`.
  static Pooler before(TestDatabase database) {
    try {
      var folder = Files.createTempDirectory("reproq-pooler");
      var port = freePort();
      var users = Files.writeString(folder.resolve("users"), "\"postgres\" \"postgres\"\n");
      var settings =
          Files.writeString(
              folder.resolve("pooler.ini"),
              """
              [databases]
              * = host=127.0.0.1 port=%d
              [pgbouncer]
              listen_addr = 127.0.0.1
              listen_port = %d
              unix_socket_dir =
              auth_type = trust
              auth_file = %s
              pool_mode = transaction
              default_pool_size = %d
              """
                  .formatted(database.dsn().port(), port, users, SESSIONS));
      var pooler = new Pooler(start(settings, folder.resolve("log.txt").toFile()), port);
      Actors.until("the pooler answers", Duration.ofMillis(20), () -> pooler.answers(database));
      return pooler;
    } catch (IOException e) {
      throw new UncheckedIOException("could not start PgBouncer", e);
    }
  }

  /// The same database, seen through this pooler.
  TestDatabase of(TestDatabase direct) {
    var dsn = direct.dsn();
    return new TestDatabase(
        new Dsn.Postgres(
            dsn.user(), dsn.password(), "127.0.0.1", port, dsn.database(), dsn.options()));
  }

  private boolean answers(TestDatabase database) {
    if (!process.isAlive()) {
      throw new AssertionError("PgBouncer ended with " + process.exitValue());
    }
    try (var connection = of(database).source().getConnection()) {
      return connection.isValid(1);
    } catch (SQLException e) {
      // It does not listen yet.
      return false;
    }
  }

  private static Process start(Path settings, File log) throws IOException {
    var line = new ArrayList<String>();
    if (System.getProperty("user.name").equals("root")) {
      // It refuses to run as root, whom another namespace makes a nobody.
      line.addAll(List.of("unshare", "-U"));
    }
    var program = program().orElseThrow(() -> new AssertionError("install pgbouncer"));
    line.addAll(List.of(program.toString(), settings.toString()));
    return new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log).start();
  }

  private static Optional<Path> program() {
    var folders = System.getenv("PATH") + File.pathSeparator + "/usr/sbin";
    return Stream.of(folders.split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, "pgbouncer"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
