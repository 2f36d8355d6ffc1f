package io.reproq.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class FileNameTest {
  @Test
  void text_stays_as_it_is() {
    assertThat(FileName.of(bytes("ünï/né \\xff\n.md")))
        .isEqualTo(new FileName("ünï/né \\xff\n.md", true));
  }

  @Test
  void the_replacement_character_is_text_too() {
    assertThat(FileName.of(Path.of("/"), Path.of("/a\uFFFD")))
        .isEqualTo(new FileName("a\uFFFD", true));
  }

  @Test
  void each_byte_that_is_no_text_is_shown() {
    // A byte that never occurs, a character cut short, a surrogate, a character in too many bytes.
    assertThat(FileName.of(new byte[] {'a', (byte) 0xff, 'b', (byte) 0xc3, '.'}))
        .isEqualTo(new FileName("a\\xffb\\xc3.", false));
    assertThat(FileName.of(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}))
        .isEqualTo(new FileName("\\xed\\xa0\\x80", false));
    assertThat(FileName.of(new byte[] {(byte) 0xc0, (byte) 0xaf, 'x', (byte) 0xe2, (byte) 0x82}))
        .isEqualTo(new FileName("\\xc0\\xafx\\xe2\\x82", false));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
