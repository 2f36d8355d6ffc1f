package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.cli.option.Version;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class CommandsTest {
  private final Shell shell = Shell.plain();

  @ParameterizedTest
  @ValueSource(strings = {"version", "--version", "-V"})
  void the_version_is_the_builds(String way) {
    var result = shell.run(way);

    assertThat(result.code()).isZero();
    assertThat(result.out()).isEqualToNormalizingNewlines(Version.line() + "\n");
    assertThat(result.out()).matches("reproq version \\d+\\.\\d+\\.\\d+\\R");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void no_command_shows_a_usage_line_and_fails() {
    var result = shell.run();

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out())
        .startsWith("usage: reproq <demo|worker|server|beat|enqueue|")
        .hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      textBlock =
          """
          enqueu x                       ¦ 1 ¦ unknown command 'enqueu'; did you mean enqueue?
          nonsense                       ¦ 1 ¦ unknown command 'nonsense'; reproq --help shows what there is
          --nonsense                     ¦ 2 ¦ unknown flag '--nonsense'; reproq --help shows what there is
          enqueue                        ¦ 1 ¦ missing required parameter: 'TASK_PATH'; reproq enqueue --help shows what there is
          enqueue x --queu y             ¦ 2 ¦ unknown flag '--queu'; did you mean --queue?
          enqueue x --count two          ¦ 2 ¦ invalid value for option '--count': wanted a whole number, found 'two'
          enqueue x --count 1.5          ¦ 2 ¦ invalid value for option '--count': wanted a whole number, found '1.5'
          enqueue x --count 0            ¦ 1 ¦ --count must be at least 1, was 0
          enqueue x --count 9999999999   ¦ 1 ¦ 9999999999 is out of range: a number here has 32 bits
          enqueue x --max-attempts 0     ¦ 1 ¦ --max-attempts must be at least 1, was 0
          enqueue x --concurrency-key k  ¦ 1 ¦ --concurrency-key and --concurrency-limit go together: give both, or neither
          schedules set n --cron @daily --task x --concurrency-key k ¦ 1 ¦ --concurrency-key and --concurrency-limit go together: give both, or neither
          schedules set n --cron @daily --task x --concurrency-limit 2 ¦ 1 ¦ --concurrency-key and --concurrency-limit go together: give both, or neither
          enqueue x --delay -1           ¦ 1 ¦ a duration must not be negative, was -1
          enqueue x --timeout 0          ¦ 1 ¦ timeout_seconds must be positive, was PT0S
          enqueue x --kwargs {bad        ¦ 1 ¦ --kwargs is not JSON: Unexpected character ('b' (code 98)): was expecting double-quote to start property name (line 1, column 2)
          enqueue x --kwargs []          ¦ 1 ¦ --kwargs must be a JSON object, was array
          enqueue x --args {}            ¦ 1 ¦ --args must be a JSON array, was object
          enqueue x --args               ¦ 2 ¦ missing required parameter for option '--args' (JSON); reproq enqueue --help shows what there is
          get                            ¦ 1 ¦ missing required argument (specify one of these): (--id=ID | ID); reproq get --help shows what there is
          get x                          ¦ 2 ¦ invalid value for positional parameter at index 0 (ID): wanted a whole number, found 'x'
          get 1 2                        ¦ 2 ¦ unexpected argument '2'; reproq get --help shows what there is
          get 1 --dsn memory:            ¦ 1 ¦ there is no task 1 in memory:
          get 1 --dsn redis://host       ¦ 1 ¦ unknown database scheme 'redis:'; known are memory:, sqlite:FILE, postgres://user:password@host:port/database
          get 1 --require-dsn            ¦ 1 ¦ no database: give --dsn or set DATABASE_URL
          cancel                         ¦ 1 ¦ missing required argument (specify one of these): (--id=ID [--id=ID]... | ID...); reproq cancel --help shows what there is
          worker --concurrency 0         ¦ 1 ¦ --concurrency must be at least 1, was 0
          worker --concurrency -1        ¦ 1 ¦ --concurrency must be at least 1, was -1
          worker --heartbeat-seconds 9   ¦ 1 ¦ --heartbeat-seconds must be less than half of --lease-seconds, was 9 of 15
          worker --dsn memory: --executor spoon ¦ 1 ¦ executor must be spawn, fork, pool or mock, was spoon
          worker --dsn memory: --executor fork --python-bin no-python ¦ 1 ¦ python_bin: no program 'no-python' on the PATH: name one that there is
          worker --log-format xml        ¦ 1 ¦ --log-format must be json, text or auto, was xml
          worker --log-level loud        ¦ 1 ¦ --log-level must be trace, debug, info, warn, error, was loud
          beat --log-level loud          ¦ 1 ¦ --log-level must be trace, debug, info, warn, error, was loud
          worker --queues ,              ¦ 1 ¦ --queues names no queue, was ','
          demo --concurrency 0           ¦ 1 ¦ --concurrency must be at least 1, was 0
          demo --dir /no/such/folder     ¦ 1 ¦ cannot read /no/such/folder: no such file or folder
          demo --dir /dev/null           ¦ 1 ¦ cannot read /dev/null: not a folder
          spec-hash /no/such/file        ¦ 1 ¦ cannot read /no/such/file: no such file or folder
          migrate --print --status       ¦ 2 ¦ --print, --status are mutually exclusive (specify only one)
          spec-hash                      ¦ 1 ¦ not JSON: the text is empty
          """)
  void a_mistake_is_answered_by_one_line(String line, int code, String message) {
    var result = shell.run(line.strip().split(" +"));

    assertThat(result.err()).isEqualToNormalizingNewlines("reproq: " + message + "\n");
    assertThat(result.out()).isEmpty();
    assertThat(result.code()).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "worker",
        "enqueue",
        "get",
        "status",
        "cancel",
        "triage",
        "triage list",
        "triage inspect",
        "triage retry",
        "triage discard",
        "replay",
        "pause-queue",
        "resume-queue",
        "drain",
        "prune finished",
        "prune expired",
        "prune workers",
        "migrate",
        "spec-hash",
        "completion",
        "version"
      })
  void every_command_explains_itself(String command) {
    var result = shell.run((command + " --help").split(" "));

    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("Usage: reproq " + command);
    assertThat(result.err()).isEmpty();
  }

  @Test
  void a_password_is_never_printed() {
    var result = shell.run("status", "--dsn", "postgres://ada:s3cret@localhost/tasks");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("localhost").doesNotContain("s3cret");
  }

  @Test
  void a_server_that_is_not_there_is_told_in_one_line() {
    for (var command : List.of("status", "migrate", "worker")) {
      var result = shell.run(command, "--dsn", "postgres://ada:s3cret@localhost:1/tasks");

      assertThat(result.code()).isEqualTo(1);
      assertThat(result.out()).isEmpty();
      assertThat(result.err())
          .startsWith("reproq: could not ")
          .contains("postgres://ada@localhost:1/tasks", "check the host and the port")
          .doesNotContain("s3cret")
          .hasLineCount(1);
    }
  }

  @Test
  void an_argument_that_begins_with_an_at_sign_is_no_file() {
    var result = shell.run("enqueue", "x", "--kwargs", "@/etc/hostname");

    assertThat(result.err()).startsWith("reproq: --kwargs is not JSON");
  }

  @Test
  void the_completion_script_knows_the_commands() {
    var result = shell.run("completion");

    assertThat(result.code()).isZero();
    assertThat(result.out()).startsWith("#!").contains("enqueue", "--no-dedupe");
  }
}
