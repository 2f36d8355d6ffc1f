package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.JsonReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a service is called, in every line that it logs until it has ended.
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(120)
final class ProcessRoleTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"worker, '', worker", "server, '', server", "beat, '', beat", "beat, night, night"})
  void json_has_it_in_every_line(String command, String named, String role) throws Exception {
    var lines = lines(command, "json", named);

    assertThat(lines)
        .hasSizeGreaterThan(1)
        .allMatch(line -> JsonReader.read(line).path("role").asString("").equals(role));
  }

  @ParameterizedTest
  @CsvSource({"worker, ''", "beat, beat"})
  void lines_for_people_do_not_repeat_the_usual_one(String command, String named) throws Exception {
    assertThat(lines(command, "text", named))
        .hasSizeGreaterThan(1)
        .noneMatch(line -> line.contains("role"));
  }

  @ParameterizedTest
  @CsvSource({"worker, night", "beat, worker"})
  void lines_for_people_have_another_one(String command, String named) throws Exception {
    assertThat(lines(command, "text", named))
        .hasSizeGreaterThan(1)
        .allMatch(line -> line.contains("  role=" + named));
  }

  private List<String> lines(String command, String format, String named)
      throws IOException, InterruptedException {
    var words = new ArrayList<>(List.of(command, "--log-format", format));
    if (command.equals("server")) {
      words.addAll(List.of("--metrics-addr", "127.0.0.1:0"));
    }
    var builder = WorkerProcess.program(words).redirectErrorStream(true);
    builder.environment().put("DATABASE_URL", "sqlite:" + folder.resolve("tasks.db"));
    if (!named.isEmpty()) {
      builder.environment().put("REPROQ_PROCESS_ROLE", named);
    }
    var process = builder.start();
    try (var out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      var lines = new ArrayList<String>();
      for (var line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
        if (line.contains(" is ready: ")) {
          process.toHandle().destroy();
        }
      }
      assertThat(process.waitFor()).as(() -> String.join("\n", lines)).isZero();
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }
}
