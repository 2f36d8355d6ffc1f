package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `--json` prints: one document, with the keys that the guide promises.
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
final class JsonAnswersTest {
  private static final Path GUIDE = Path.of("../docs/guide/scripts.md");

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      textBlock =
          """
          enqueue reproq.noop          ¦ result_ids duplicates
          get 1                        ¦ result_id status spec_hash errors_json
          status                       ¦ tasks queues paused workers
          workers                      ¦ worker_id incarnation state version queues running last_seen_at
          top                          ¦ at queues workers failures
          cancel 2                     ¦ result_id answer
          replay --id 1                ¦ replayed result_id
          triage list                  ¦ result_id last_error failed_at
          triage inspect 1             ¦ result_id last_error spec_json
          triage retry 1               ¦ retried twins_active blocked not_failed dry_run
          triage discard 1             ¦ discarded dry_run
          pause-queue mail             ¦ queue_name paused changed running
          resume-queue mail            ¦ queue_name paused changed still_paused
          drain                        ¦ drained running
          prune finished --keep 1      ¦ pruned dry_run
          prune expired                ¦ pruned dry_run
          prune workers --older-than 7d ¦ pruned dry_run
          limit set --key global       ¦ key tokens_per_second burst_size
          limit ls                     ¦ key tokens_per_second burst_size current_tokens last_refilled_at
          limit rm --key global        ¦ key deleted
          schedules set n --cron @daily --task sample.greet ¦ name cron_expr next_run_at enabled
          doctor                       ¦ database findings
          migrate                      ¦ applied missing notices version
          migrate --status             ¦ applied missing
          migrate --print              ¦ missing
          version                      ¦ version
          """)
  void every_command_that_answers_does_so_in_json(String line, String keys) throws Exception {
    var dsn = "sqlite:" + folder.resolve("tasks.db");
    PreparedDatabase.fill(dsn);

    var result = Shell.plain().in(dsn).run((line + " --json").split(" +"));

    assertThat(result.err()).isEmpty();
    assertThat(result.out().strip()).hasLineCount(1);
    var document = Json.parse(result.out()).tree();
    var first = document.isArray() ? document.get(0) : document;
    var names = new TreeSet<String>(first.propertyNames());
    assertThat(names).contains(keys.split(" ")).allMatch(name -> name.matches("[a-z_]+"));
    for (var key : keys.split(" ", -1)) {
      assertThat(Files.readString(GUIDE)).contains("`" + key + "`");
    }
  }
}
