package io.reproq.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.process.ExecutorConfig.Kind;
import io.reproq.store.LogPiece;
import io.reproq.store.LogQuery;
import io.reproq.store.TaskRun;
import io.reproq.task.Payload;
import io.reproq.task.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What tasks return, raise, print and note, and what is kept of it.
@Tag("python")
@DisplayNameGeneration(ReplaceUnderscores.class)
final class OddTextTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void what_is_hard_to_store_has_a_stored_outcome(Kind kind) {
    try (var stage = Stage.open(Python.config(kind, folder))) {
      assertThat(value(stage, "nul")).isEqualTo("\"a\\u0000b\"");
      assertThat(value(stage, "surrogate")).isEqualTo("\"a\\ud800b\"");
      assertThat(message(stage, "nan")).contains("not JSON");
      assertThat(message(stage, "no-json")).contains("not JSON");
      assertThat(message(stage, "raise-nul")).isEqualTo("a\uFFFDb");
      assertThat(message(stage, "raise-surrogate")).isEqualTo("a\uFFFDb");
      assertThat(message(stage, "raise-long")).startsWith("yyyy").hasSizeLessThan(8300);
      assertThat(odd(stage, "deep").standing().status()).isEqualTo(TaskStatus.FAILED);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void prints_are_kept_with_the_task_that_printed_them(Kind kind) {
    try (var stage = Stage.open(Python.config(kind, folder))) {
      for (var word : new String[] {"eins", "zwei \u2603", "drei"}) {
        var run = stage.run(Stage.task("probe.say", "[\"" + word + "\"]"));

        assertThat(log(stage, run.resultId())).isEqualTo(word + "\n");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void output_over_the_limit_is_counted_and_hurts_nobody(Kind kind) {
    try (var stage = Stage.open(Python.config(kind, folder))) {
      var run = stage.run(Stage.task("probe.write", "[100]"));

      assertThat(run.result().value()).isEqualTo(new Json("100"));
      assertThat(log(stage, run.resultId()))
          .hasSizeBetween(1 << 20, (1 << 20) + 100)
          .endsWith("[" + 99 * (1 << 20) + " bytes more are not kept: the limit is 1048576]\n");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void output_is_kept_in_a_private_file_where_that_is_wanted(Kind kind) throws IOException {
    var logs = folder.resolve("logs");
    try (var stage = Stage.open(Python.config(kind, folder).withLogsDir(logs))) {
      var run = stage.run(Stage.task("probe.say", "[\"hello\"]"));

      var file = logs.resolve("task-" + run.resultId() + "-attempt-1.log");
      assertThat(file).hasContent("STDOUT:\n\nSTDERR:\nhello\n\n");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(logs)))
          .isEqualTo("rwx------");
      assertThat(run.extras().logsUri()).isEqualTo(file.toString());
      assertThat(log(stage, run.resultId())).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void notes_are_kept_and_handed_to_who_comes_next(Kind kind) {
    try (var stage = Stage.open(Python.config(kind, folder))) {
      for (var i = 0; i < 2; i++) {
        var run = stage.run(Stage.task("probe.note", "[3]").payload(noted()));

        assertThat(Stage.value(run).tree().toString()).isEqualTo("{\"seen\":3}");
        assertThat(run.extras().metadata()).isEqualTo(new Json("{\"seen\":3}"));
      }
    }
  }

  private static Payload noted() {
    return new Payload(new Json("[3]"), Json.EMPTY_OBJECT, /* takesContext= */ true);
  }

  private static TaskRun odd(Stage stage, String sort) {
    return stage.run(Stage.task("probe.odd", "[\"" + sort + "\"]"));
  }

  private static String value(Stage stage, String sort) {
    return Stage.value(odd(stage, sort)).text();
  }

  private static String message(Stage stage, String sort) {
    return Stage.message(odd(stage, sort));
  }

  private static String log(Stage stage, long id) {
    return stage.reproq.store().logs(LogQuery.first(id, 10_000)).stream()
        .map(LogPiece::text)
        .collect(Collectors.joining());
  }
}
