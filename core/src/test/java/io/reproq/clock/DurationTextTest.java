package io.reproq.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class DurationTextTest {
  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "2, PT2S",
    "0.5, PT0.5S",
    ".25, PT0.25S",
    "3., PT3S",
    "007, PT7S",
    "0.0000000019, PT0.000000001S",
    "1m30s, PT1M30S",
    "100ms, PT0.1S",
    "1h, PT1H",
    "1.5h, PT1H30M",
    "7d, P7D",
    "0.5d, PT12H",
    "1d2h3m4s5ms6us7ns, PT26H3M4.005006007S",
    "30s1m, PT1M30S",
    "250us, PT0.00025S",
    "250\u00b5s, PT0.00025S",
    "250\u03bcs, PT0.00025S",
    "40ns, PT0.00000004S",
    "0s, PT0S",
    "PT5M, PT5M",
    "P7D, P7D",
    "pt0.5s, PT0.5S",
    "P1DT2H, PT26H",
    "9223372036.854775807, PT2562047H47M16.854775807S"
  })
  void each_form_is_read(String text, Duration expected) {
    assertThat(DurationText.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", " 2", "2 ", "2 s", "s", ".", ".s", "1m30", "30 s1m", "1x", "1w", "1S", "1H",
        "1M30S", "1e3", "1,5", "+2", "0x10", "five", "P", "PT", "P1W", "P1Y", "PT5", "5M", "NaN",
        "1..5s", "1s\n", "\u0661s"
      })
  void what_is_in_no_form_is_refused_with_the_forms(String text) {
    assertThatThrownBy(() -> DurationText.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "'%s' is no duration: write seconds (2 or 0.5), Go syntax (1m30s, 100ms, 7d) or"
                + " ISO-8601 (PT5M, P7D)",
            text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "-0.5s", "-1m30s", "PT-5M", "-PT5M", "PT5M-3S", "-"})
  void a_negative_one_is_refused(String text) {
    assertThatThrownBy(() -> DurationText.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + text + "' must not be negative: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036.854775808",
        "99999999999999999999",
        "106752d",
        "200000d100000d",
        "P106752D",
        "99999999999999999999999999999999h"
      })
  void one_of_more_than_292_years_is_refused(String text) {
    assertThatThrownBy(() -> DurationText.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + text + "' is longer than 292 years: ");
  }

  @Test
  void one_that_not_even_java_can_hold_is_refused() {
    assertThatThrownBy(() -> DurationText.parse("PT99999999999999999999S"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'PT99999999999999999999S' is no duration");
  }

  @Test
  void a_long_text_is_cut_in_the_message_and_refused_at_once() {
    assertThatThrownBy(() -> DurationText.parse("1s".repeat(100_000) + "!"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'1s1s1s")
        .hasMessageContaining("…' is no duration");
    assertThatThrownBy(() -> DurationText.parse("1" + "s".repeat(100_000)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
