package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every command of the worker that Reproq replaces: what it prints and what it ends with. Where a
/// row departs from that worker, `docs/compatibility.md` says why.
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
final class ContractTest {
  private static final String HASH =
      "2d0c2ab4a9e7bcd5a8a9f6e1d5c2b7f0a1b2c3d4e5f60718293a4b5c6d7e8f90";

  @TempDir private Path folder;

  /// Columns: arguments, exit code, pattern of standard output, pattern of standard error. A `→`
  /// stands for a tab, `⏎` for the end of a line, `HASH` for a hash that no task has.
  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      emptyValue = "",
      textBlock =
          """
          ''                            ¦ 1 ¦ usage: reproq <.*> \\[--help\\]⏎ ¦ ''
          nonsense                      ¦ 1 ¦ '' ¦ reproq: unknown command 'nonsense'; .*⏎
          --nonsense                    ¦ 2 ¦ '' ¦ reproq: unknown flag '--nonsense'; .*⏎
          -h                            ¦ 0 ¦ (?s)Durable background tasks\\..* ¦ ''
          version                       ¦ 0 ¦ reproq version .*⏎ ¦ ''
          --version                     ¦ 0 ¦ reproq version .*⏎ ¦ ''
          replay --id 1                 ¦ 0 ¦ Requeued task 1 as new result_id 4⏎ ¦ ''
          replay --id=1                 ¦ 0 ¦ Requeued task 1 as new result_id 4⏎ ¦ ''
          replay --id 99                ¦ 1 ¦ '' ¦ reproq: there is no task 99 in .*⏎
          replay --spec-hash HASH       ¦ 1 ¦ '' ¦ reproq: there is no task with spec_hash .* in .*⏎
          replay                        ¦ 1 ¦ '' ¦ reproq: missing required argument .*⏎
          replay --id 1 --spec-hash HASH ¦ 2 ¦ '' ¦ reproq: .*⏎
          replay --id                   ¦ 2 ¦ '' ¦ reproq: missing required parameter for option '--id'.*⏎
          replay --id one               ¦ 2 ¦ '' ¦ reproq: .* wanted a whole number, found 'one'⏎
          replay -h                     ¦ 0 ¦ (?s)Enqueue a task like an earlier one.* ¦ ''
          limit                         ¦ 0 ¦ usage: reproq limit <set\\|ls\\|rm> \\[--help\\]⏎ ¦ ''
          limit nonsense                ¦ 2 ¦ '' ¦ reproq: unexpected argument 'nonsense'; .*⏎
          limit set --key queue:mail --rate 5 --burst 10 ¦ 0 ¦ Set rate limit queue:mail: 5\\.00 tokens/sec, burst 10⏎ ¦ ''
          limit set --key global        ¦ 0 ¦ Set rate limit global: 0\\.00 tokens/sec, burst 1⏎ ¦ ''
          limit set --rate 5            ¦ 1 ¦ '' ¦ reproq: missing required option.*--key.*⏎
          limit set --key mail          ¦ 1 ¦ '' ¦ reproq: the key must be .*, was 'mail'⏎
          limit ls                      ¦ 0 ¦ Key→Tokens/s→Burst→Current→LastRefill⏎global→0\\.00→1→0\\.00→\\S+Z⏎ ¦ ''
          limit rm --key global         ¦ 0 ¦ Deleted 1 rate limit\\(s\\) for global⏎ ¦ ''
          limit rm --key queue:mail     ¦ 0 ¦ Deleted 0 rate limit\\(s\\) for queue:mail⏎ ¦ ''
          limit rm                      ¦ 1 ¦ '' ¦ reproq: missing required option.*--key.*⏎
          cancel --id 2                 ¦ 0 ¦ Cancellation requested for task 2⏎ ¦ ''
          cancel --id 1                 ¦ 0 ¦ No RUNNING task found for result_id 1⏎ ¦ ''
          cancel --id 99                ¦ 0 ¦ No RUNNING task found for result_id 99⏎ ¦ ''
          cancel --id 3                 ¦ 0 ¦ Cancelled task 3⏎ ¦ ''
          cancel                        ¦ 1 ¦ '' ¦ reproq: missing required argument .*⏎
          triage                        ¦ 0 ¦ usage: reproq triage <list\\|inspect\\|retry\\|discard> \\[--help\\]⏎ ¦ ''
          triage list                   ¦ 0 ¦ ID→Queue→Task→Attempts→FailedAt→LastError⏎1→mail→sample\\.greet→1/3→\\S+Z→.*it broke badly⏎ ¦ ''
          triage list --queue other     ¦ 0 ¦ No failed tasks\\.⏎ ¦ ''
          triage list --limit 0         ¦ 1 ¦ '' ¦ reproq: --limit must be at least 1, was 0⏎
          triage inspect --id 1         ¦ 0 ¦ (?s)Result ID: 1⏎Queue: mail⏎Task Path: sample\\.greet⏎Status: FAILED⏎Attempts: 1/3⏎Failed At: \\S+Z⏎Last Error: .*⏎Spec JSON: .*⏎Errors JSON: .*⏎ ¦ ''
          triage inspect --id 2         ¦ 1 ¦ '' ¦ reproq: task 2 is RUNNING, .*⏎
          triage inspect --id 99        ¦ 1 ¦ '' ¦ reproq: there is no task 99 in .*⏎
          triage inspect                ¦ 1 ¦ '' ¦ reproq: missing required argument .*⏎
          triage retry --id 1           ¦ 0 ¦ Retried 1 task\\(s\\)⏎ ¦ ''
          triage retry --all            ¦ 0 ¦ Retried 1 task\\(s\\)⏎ ¦ ''
          triage retry --id 2           ¦ 0 ¦ No failed tasks updated\\.⏎ ¦ not FAILED, or not there: \\[2\\]⏎
          triage retry                  ¦ 1 ¦ '' ¦ reproq: missing required argument .*⏎
          triage retry --all --id 1     ¦ 2 ¦ '' ¦ reproq: .*⏎
          prune                         ¦ 0 ¦ usage: reproq prune <.*expired.*> \\[--help\\]⏎ ¦ ''
          prune expired                 ¦ 0 ¦ Pruned 0 expired task\\(s\\)⏎ ¦ ''
          prune expired --dry-run       ¦ 0 ¦ Would prune 0 expired task\\(s\\)⏎ ¦ ''
          prune expired --limit 0       ¦ 0 ¦ Pruned 0 expired task\\(s\\)⏎ ¦ ''
          prune expired --limt 5        ¦ 2 ¦ '' ¦ reproq: unknown flag '--limt'; did you mean --limit\\?⏎
          """)
  void each_command_answers_as_the_contract_has_it(
      String line, int code, String out, String error) {
    var dsn = "sqlite:" + folder.resolve("tasks.db");
    PreparedDatabase.fill(dsn);
    var arguments = line.isEmpty() ? new String[0] : line.replace("HASH", HASH).split(" +");

    var result = Shell.plain().in(dsn).run(arguments);

    assertThat(result.out()).matches(pattern(out));
    assertThat(result.err()).matches(pattern(error));
    assertThat(result.code()).isEqualTo(code);
  }

  private static String pattern(String text) {
    return text.replace("→", "\\t").replace("⏎", "\\R");
  }

  /// Without a database none of them chooses one when it is told not to.
  @ParameterizedTest
  @CsvSource({
    "replay --id 1",
    "limit ls",
    "limit rm --key global",
    "limit set --key global",
    "cancel --id 1",
    "triage list",
    "triage inspect --id 1",
    "triage retry --all",
    "prune expired"
  })
  void a_database_that_is_required_is_not_chosen(String line) {
    var result = Shell.plain().run((line + " --require-dsn").split(" "));

    assertThat(result.err())
        .isEqualToNormalizingNewlines("reproq: no database: give --dsn or set DATABASE_URL\n");
    assertThat(result.out()).isEmpty();
    assertThat(result.code()).isEqualTo(1);
  }
}
