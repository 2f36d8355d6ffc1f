package io.reproq.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class ManifestTest {
  @Test
  void lists_stand_in_the_order_of_their_bytes() {
    // UTF-16 would put the emoji before the full-width letter.
    var manifest =
        new Manifest(
            "/r", List.of(file("\uD83D\uDE00"), file("Ａ"), file("b"), file("B")), List.of());

    assertThat(manifest.files())
        .extracting(FileReport::path)
        .containsExactly("B", "b", "Ａ", "\uD83D\uDE00");
  }

  @Test
  void its_json_says_all() {
    var manifest =
        new Manifest(
            "/r \"q\"",
            List.of(new FileReport("a\nb", 5_000_000_000L, "ab", "text/plain")),
            List.of(new Manifest.Failed("x", "gone")));

    var json = Json.parse(manifest.json()).tree();

    assertThat(json)
        .isEqualTo(
            Json.parse(
                    """
                    {"root": "/r \\"q\\"",
                     "files": [{"path": "a\\nb", "bytes": 5000000000, "sha256": "ab",
                                "media_type": "text/plain"}],
                     "failed": [{"path": "x", "reason": "gone"}]}
                    """)
                .tree());
  }

  @Test
  void an_empty_one_is_json_too() {
    var json = Json.parse(new Manifest("/r", List.of(), List.of()).json()).tree();

    assertThat(json.path("files").isArray()).isTrue();
    assertThat(json.path("failed").isArray()).isTrue();
  }

  @Test
  void writing_replaces_what_was_there_and_leaves_nothing_else(@TempDir Path folder)
      throws IOException {
    var target = Files.writeString(folder.resolve("m.json"), "old");
    var manifest = new Manifest("/r", List.of(file("a")), List.of());

    manifest.write(target);

    assertThat(target).hasContent(manifest.json());
    assertThat(folder)
        .isDirectoryContaining(target::equals)
        .isDirectoryNotContaining("glob:**-draft");
  }

  private static FileReport file(String path) {
    return new FileReport(path, 1, "00", "text/plain");
  }
}
