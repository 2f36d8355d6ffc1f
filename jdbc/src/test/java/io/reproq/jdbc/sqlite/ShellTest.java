package io.reproq.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What anybody may do with the sqlite3 shell, whose library is its own and may be older than ours.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class ShellTest {
  @TempDir Path folder;

  @Test
  void the_shell_enqueues_cancels_and_reads() throws Exception {
    try (var fixture = new Fixture(folder)) {
      var store = fixture.open();
      for (var client : clients()) {
        client.run(
            fixture, "INSERT INTO task_enqueue (task_path, args) VALUES ('sample.greet', '[1]');");
        client.run(
            fixture,
            "INSERT INTO task_enqueue (task_path, run_after) VALUES ('sample.greet', '2099-01-01');"
                + "INSERT INTO task_command (command, result_id) SELECT 'cancel', max(result_id)"
                + " FROM task_runs;");

        var claimed = Fixture.claim(store, Fixture.join(store), 1);

        assertThat(claimed).hasSize(1);
        assertThat(
                client.run(
                    fixture,
                    "SELECT status || ' ' || errors_json FROM task_runs"
                        + " ORDER BY result_id DESC LIMIT 2;"))
            .isEqualTo("CANCELLED []\nRUNNING []\n");
      }
    }
  }

  /// The driver's own library, and the shell's where there is one.
  private static List<Client> clients() {
    var clients = new ArrayList<Client>();
    clients.add(ShellTest::byDriver);
    for (var part :
        System.getenv().getOrDefault("PATH", "").split(Pattern.quote(File.pathSeparator), -1)) {
      var shell = Path.of(part).resolve("sqlite3");
      if (Files.isExecutable(shell)) {
        clients.add((fixture, sql) -> byShell(shell, fixture, sql));
        break;
      }
    }
    return clients;
  }

  private static String byDriver(Fixture fixture, String sql) throws Exception {
    if (sql.startsWith("SELECT")) {
      return String.join("\n", fixture.sql(sql)) + "\n";
    }
    try (var connection = fixture.connect();
        var statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
    return "";
  }

  private static String byShell(Path shell, Fixture fixture, String sql) throws Exception {
    var process =
        new ProcessBuilder(
                shell.toString(), "-cmd", ".timeout 10000", fixture.file().toString(), sql)
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @FunctionalInterface
  private interface Client {
    String run(Fixture fixture, String sql) throws Exception;
  }
}
