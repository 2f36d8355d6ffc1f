package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.cli.Shell.Result;
import io.reproq.cli.option.StopSignal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a file tells a worker, and what goes before it. None of these workers starts: each is told
/// one thing that it refuses, and the message says which value it had.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class WorkerConfigTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name_the_file() {
    file = folder.resolve("reproq.yaml");
  }

  @Test
  void a_value_of_the_file_is_that_of_the_flag_and_a_mistake_names_both() throws IOException {
    Files.writeString(file, "worker: {concurrency: 0}\n");

    assertThat(mistake(Map.of()))
        .isEqualTo("--concurrency must be at least 1, was 0; worker.concurrency stands in " + file);
  }

  @Test
  void a_value_of_the_wrong_type_is_refused() throws IOException {
    Files.writeString(file, "worker: {concurrency: many}\n");

    var result = run(Map.of());

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .contains(
            "invalid value for option '--concurrency': wanted a whole number, found 'many';"
                + " worker.concurrency stands in "
                + file);
  }

  @Test
  void a_flag_goes_before_the_file() throws IOException {
    Files.writeString(file, "worker: {concurrency: 5}\n");

    assertThat(mistake(Map.of(), "--concurrency", "-3"))
        .startsWith("--concurrency must be at least 1, was -3");
  }

  @Test
  void the_environment_goes_before_the_file() throws IOException {
    Files.writeString(file, "worker: {queues: [mail]}\n");

    assertThat(mistake(Map.of("QUEUE_NAMES", ","))).startsWith("--queues names no queue, was ','");
  }

  @Test
  void the_workers_own_database_goes_before_that_of_all_services() throws IOException {
    Files.writeString(file, "dsn: redis://common\nworker: {dsn: 'redis://own'}\n");
    assertThat(mistake(Map.of())).contains("'redis:'");

    Files.writeString(file, "dsn: nonsense://common\n");
    assertThat(mistake(Map.of())).contains("'nonsense:'");
    assertThat(mistake(Map.of("DATABASE_URL", "redis://outside"))).contains("'redis:'");
  }

  @Test
  void a_key_that_nobody_knows_is_refused() throws IOException {
    Files.writeString(file, "worker: {conurrency: 5}\n");

    assertThat(mistake(Map.of()))
        .startsWith(file + ": unknown key worker.conurrency; keys are named after the flags");
  }

  @Test
  void the_environment_may_name_the_file() throws IOException {
    Files.writeString(file, "worker: {concurrency: 0}\n");
    var shell =
        new Shell(
            Map.of("REPROQ_CONFIG", file.toString()),
            InputStream.nullInputStream(),
            new StopSignal());

    assertThat(shell.run("worker").err()).contains("worker.concurrency stands in");
  }

  @Test
  void a_file_that_is_not_there_is_told() {
    assertThat(mistake(Map.of())).isEqualTo("cannot read " + file + ": no such file or folder");
  }

  private String mistake(Map<String, String> variables, String... more) {
    var result = run(variables, more);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("reproq: ").hasLineCount(1);
    return result.err().substring("reproq: ".length()).strip();
  }

  private Result run(Map<String, String> variables, String... more) {
    var shell = new Shell(variables, InputStream.nullInputStream(), new StopSignal());
    var flags = Stream.of("worker", "--config", file.toString());
    return shell.run(Stream.concat(flags, Stream.of(more)).toArray(String[]::new));
  }
}
