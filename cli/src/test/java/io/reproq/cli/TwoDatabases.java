package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.cli.Shell.Result;
import io.reproq.cli.option.StopSignal;
import io.reproq.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A folder with two SQLite files, `main` and `second`, and a file that sends the queues `bulk` and
/// `bulk-…` to the second.
record TwoDatabases(Path folder, Map<String, String> variables) {
  /// Writes the file into `folder`.
  static TwoDatabases in(Path folder) throws IOException {
    var file = folder.resolve("reproq.yaml");
    Files.writeString(
        file,
        """
        databases: {main: 'sqlite:%s', second: 'sqlite:%s'}
        queue_databases: {bulk: second, 'bulk-*': second}
        """
            .formatted(folder.resolve("main.db"), folder.resolve("second.db")));
    return new TwoDatabases(folder, Map.of("REPROQ_CONFIG", file.toString()));
  }

  /// With another variable.
  TwoDatabases with(String name, String value) {
    var more = new LinkedHashMap<>(variables);
    more.put(name, value);
    return new TwoDatabases(folder, more);
  }

  String dsn(String alias) {
    return "sqlite:" + folder.resolve(alias + ".db");
  }

  Shell shell() {
    return new Shell(variables, InputStream.nullInputStream(), new StopSignal());
  }

  Result run(String... words) {
    return shell().run(words);
  }

  /// What a command that succeeds prints, without the line's end.
  String out(String... words) {
    var result = run(words);
    assertThat(result.code()).as(result.err()).isZero();
    return result.out().strip();
  }

  JsonNode json(String... words) {
    return Json.parse(out(words)).tree();
  }
}
