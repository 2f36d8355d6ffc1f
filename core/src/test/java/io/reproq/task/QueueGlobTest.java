package io.reproq.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class QueueGlobTest {
  @ParameterizedTest
  @CsvSource({
    "mail-*, mail-eu, true",
    "mail-*, mail-, true",
    "mail-*, my-mail-eu, false",
    "mail-?, mail-e, true",
    "mail-?, mail-, false",
    "mail-?, mail-eu, false",
    "mail-?, mail-📬, true",
    "*.eu, mail.eu, true",
    "*.eu, mail-eu, false",
    "mail, mail, true",
    "mail, mails, false",
    "a\\E*, a\\Eb, true"
  })
  void a_glob_matches_whole_names(String glob, String queue, boolean matches) {
    assertThat(QueueGlob.of(glob).matches(queue)).isEqualTo(matches);
  }

  @Test
  void a_line_break_is_a_character_too() {
    assertThat(QueueGlob.of("a*d").matches("a\nb\nd")).isTrue();
    assertThat(QueueGlob.of("a?b").matches("a\nb")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"mail, false", "mail-*, true", "mail?, true", "'', false"})
  void a_name_is_no_glob(String text, boolean isGlob) {
    assertThat(QueueGlob.isGlob(text)).isEqualTo(isGlob);
  }
}
