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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      textBlock =
          """
          worker: {concurrency: many}             ¦ invalid worker.concurrency: wanted a whole number, found 'many'
          worker: {concurrency: [5]}              ¦ invalid worker.concurrency: wanted one value, found a list
          worker: {exec_timeout: soon}            ¦ invalid worker.exec_timeout: 'soon' is no duration
          worker: {beat: perhaps}                 ¦ invalid worker.beat: wanted true or false, found 'perhaps'
          worker: {heartbeat_seconds: 0}          ¦ --heartbeat-seconds must be at least 1, was 0
          worker: {heartbeat_seconds: 8}          ¦ --heartbeat-seconds must be less than half of --lease-seconds, was 8 of 15
          worker: {lease_seconds: 10}             ¦ --heartbeat-seconds must be less than half of --lease-seconds, was 5 of 10
          worker: {reclaim_interval_seconds: 0}   ¦ --reclaim-interval-seconds must be at least 1, was 0
          worker: {poll_min_backoff: 6s}          ¦ --poll-max-backoff must be at least --poll-min-backoff, was 5000 ms of 6000 ms
          worker: {poll_max_backoff: PT0.05S}     ¦ --poll-max-backoff must be at least --poll-min-backoff, was 50 ms of 100 ms
          worker: {poll_min_backoff: 0s}          ¦ --poll-min-backoff must be positive, was 0
          beat: {interval: 0s}                    ¦ --beat-interval must be positive, was 0
          beat: {interval: soon}                  ¦ invalid beat.interval: 'soon' is no duration
          worker: {max_attempts_default: 0}       ¦ --max-attempts-default must be at least 1, was 0
          worker: {executor: spoon}               ¦ executor must be spawn, fork, pool or mock, was spoon
          worker: {queue_weight: [default=0]}     ¦ --queue-weight: a weight must be a whole number from 1 to 1000, was 'default=0'
          metrics: {addr: here}                   ¦ --metrics-addr: 'here' is no address
          metrics: {port: 70000}                  ¦ --metrics-port: a port must be from 0 to 65535, was 70000
          metrics: {port: 1, auth_limit: 0}       ¦ --metrics-auth-limit must be at least 1, was 0
          metrics: {port: 1, auth_window: 0s}     ¦ --metrics-auth-window must be positive, was 0
          metrics: {tls_cert: a.pem}              ¦ --metrics-tls-client-ca: TLS needs a certificate and its key, but there is only the certificate a.pem
          metrics: {tls_key: a.pem}               ¦ --metrics-tls-client-ca: TLS needs a certificate and its key, but there is only the key a.pem
          metrics: {tls_client_ca: a.pem}         ¦ --metrics-tls-client-ca: clients can be asked for certificates of a.pem only over TLS
          """)
  void what_cannot_be_is_told_with_its_place(String text, String message) throws IOException {
    Files.writeString(file, text + "\n");

    assertThat(mistake(Map.of())).contains(message, " stands in " + file);
  }

  @ParameterizedTest
  @CsvSource({
    "METRICS_AUTH_LIMIT, x",
    "METRICS_AUTH_WINDOW, soon",
    "METRICS_AUTH_MAX_ENTRIES, 1.5",
    "METRICS_ADDR, nowhere",
    "METRICS_TLS_CERT, a.pem",
    "METRICS_TLS_KEY, a.pem",
    "METRICS_TLS_CLIENT_CA, a.pem",
    "PRIORITY_AGING_FACTOR, high",
    "QUEUE_NAMES, ','",
    "ALLOWED_TASK_MODULES, 'a b'",
    "REPROQ_QUEUE_DATABASES, '{'",
    "REPROQ_QUEUE_DATABASES, '{\"mail\": \"second\"}'"
  })
  void a_bad_variable_is_named(String variable, String value) throws IOException {
    Files.writeString(file, "worker: {concurrency: 5}\n");

    assertThat(mistake(Map.of(variable, value))).contains(variable);
  }

  @Test
  void an_empty_variable_says_nothing() throws IOException {
    Files.writeString(file, "metrics: {auth_limit: nothing}\n");

    assertThat(mistake(Map.of("METRICS_AUTH_LIMIT", "")))
        .contains("metrics.auth_limit stands in " + file);
  }

  @Test
  void a_bad_value_that_nobody_heeds_is_none() throws IOException {
    Files.writeString(file, "worker: {concurrency: many}\n");

    assertThat(mistake(Map.of(), "--concurrency", "0")).startsWith("--concurrency must be at");
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
        .startsWith(file + ": unknown key worker.conurrency; did you mean worker.concurrency?");
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
