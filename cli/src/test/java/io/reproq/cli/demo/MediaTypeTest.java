package io.reproq.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class MediaTypeTest {
  @ParameterizedTest
  @CsvSource({
    "a/b/readme.txt, text/plain",
    "index.HTML, text/html",
    "photo.jpg, image/jpeg",
    "c#sharp.png, image/png",
    "notes.md, text/markdown",
    "data.JSON, application/json",
    "changelog.Debian.gz, application/gzip",
    "copyright, application/octet-stream",
    "md, application/octet-stream",
    "folder.md/file, application/octet-stream",
    "strange.qqq, application/octet-stream"
  })
  void the_end_of_the_name_says_what_it_is(String path, String type) {
    assertThat(MediaType.of(path)).isEqualTo(type);
  }
}
