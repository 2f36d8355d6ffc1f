package io.reproq.jdbc.postgres;

import io.reproq.dsn.Dsn;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipFile;

/// A PostgreSQL of one test class, which may be another version, or be stopped as a crash stops it
/// and started again. It ends with the JVM at the latest.
final class OwnServer implements AutoCloseable {
  /// Where the build has put the binaries of PostgreSQL 15.
  private static final String BINARIES_15 = "reproq.postgres15";

  private static final int PATIENCE_SECONDS = 60;

  private final AtomicInteger databases = new AtomicInteger();
  private final EmbeddedPostgres server;
  private final Path data;

  private OwnServer(EmbeddedPostgres server) {
    this.server = server;
    this.data = Path.of(of("postgres").sql("SHOW data_directory").getFirst());
  }

  /// One that has on disk what it says it has.
  static OwnServer durable() throws IOException {
    return new OwnServer(
        builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .start());
  }

  /// The oldest version that is supported.
  static OwnServer version15() throws IOException {
    var binaries = System.getProperty(BINARIES_15);
    if (binaries == null) {
      throw new AssertionError("build with CI=true: " + BINARIES_15 + " names no file");
    }
    return new OwnServer(
        builder()
            .setPgBinaryResolver((system, machine) -> {
              try (var jar = new ZipFile(binaries);
                  var archive = jar.getInputStream(jar.getEntry("postgres-linux-x86_64.txz"))) {
                return new ByteArrayInputStream(archive.readAllBytes());
              }
            })
            .start());
  }

  private static EmbeddedPostgres.Builder builder() {
    return EmbeddedPostgres.builder()
        .setServerConfig("fsync", "off")
        .setServerConfig("synchronous_commit", "off")
        .setServerConfig("timezone", "Asia/Kathmandu");
  }

  /// The database of that name.
  TestDatabase of(String database) {
    return new TestDatabase(
        new Dsn.Postgres(
            "postgres", "postgres", "localhost", server.getPort(), database, Map.of()));
  }

  /// A new database with the schema and nothing in it.
  TestDatabase fresh() {
    var name = "reproq" + databases.incrementAndGet();
    of("postgres").sql("CREATE DATABASE " + name);
    var fresh = of(name);
    new PostgresStoreProvider().migrations(fresh.dsn()).orElseThrow().run();
    return fresh;
  }

  /// Stops the server as a power cut does, and returns what starts it again.
  Stopped crash() throws IOException {
    var pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
    var program = Path.of(ProcessHandle.of(pid).orElseThrow().info().command().orElseThrow());
    var control = program.resolveSibling("pg_ctl").toString();
    var options = Files.readString(data.resolve("postmaster.opts")).strip().split(" ", 2)[1];
    run(control, "-D", data.toString(), "-m", "immediate", "-w", "stop");
    var log = data.resolve("log.txt").toString();
    return () -> run(control, "-D", data.toString(), "-w", "-l", log, "-o", options, "start");
  }

  /// PostgreSQL refuses to run as root, whom another namespace makes a nobody.
  private static void run(String... command) throws IOException {
    var line = new ArrayList<String>();
    if (System.getProperty("user.name").equals("root")) {
      line.addAll(List.of("unshare", "-U"));
    }
    line.addAll(List.of(command));
    var process =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError("could not run " + line);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A server that does not run.
  @FunctionalInterface
  interface Stopped {
    /// Returns once the server takes connections again.
    void start() throws IOException;
  }
}
