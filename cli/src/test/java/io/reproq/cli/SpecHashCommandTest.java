package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class SpecHashCommandTest {
  private static final String MINIMAL =
      """
      {"v": 1, "task_path": "myapp.tasks.send", "args": [], "kwargs": {}, "takes_context": false,
       "queue_name": "default", "priority": 0, "lock_key": null, "concurrency_key": null,
       "concurrency_limit": 0, "run_after": null,
       "exec": {"timeout_seconds": 900, "max_attempts": 3},
       "provenance": {"code_ref": null, "pip_lock_hash": null}}
      """;
  private static final String MINIMAL_HASH =
      "3b32c75a0504240d8d0863b60bd8d9e88419a32bce23ccf1af252f4a700cff87";

  @Test
  void standard_input_is_read_without_a_file() {
    var result = Shell.plain().withInput(MINIMAL).run("spec-hash");

    assertThat(result.out()).isEqualToNormalizingNewlines(MINIMAL_HASH + "\n");
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
  }

  @Test
  void standard_input_is_read_for_a_dash() {
    var result = Shell.plain().withInput(MINIMAL).run("spec-hash", "-");

    assertThat(result.out()).startsWith(MINIMAL_HASH);
  }

  @Test
  void a_file_is_read(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("spéc.json"), MINIMAL);

    var result = Shell.plain().run("spec-hash", file.toString());

    assertThat(result.out()).startsWith(MINIMAL_HASH);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [ true ]                                    | 1c28f2eb0958c3d15db1f0f0e7f2b8998ca2b8f67ab426a1fbb3d561fe76fad9
          {"b": 12345678901234567890123, "a": 1E16}   | 7dd6e148b82a48acfc74f56f8c92e7773b5bd8856db1f93595b9b55a436bf808
          """)
  void any_document_has_the_hash_of_its_canonical_text(String document, String sha256) {
    assertThat(Shell.plain().withInput(document).run("spec-hash").out())
        .isEqualToNormalizingNewlines(sha256 + "\n");
  }

  @Test
  void bytes_that_are_not_utf_8_are_refused() {
    var result = Shell.plain().withInput(new byte[] {'"', (byte) 0xff, '"'}).run("spec-hash");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .isEqualToNormalizingNewlines("reproq: standard input is not UTF-8 text\n");
  }
}
