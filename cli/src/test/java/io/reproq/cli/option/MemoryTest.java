package io.reproq.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class MemoryTest {
  @Test
  void nothing_is_said_by_default() {
    assertThat(of(Map.of())).isEqualTo(new Memory(false, Duration.ZERO));
  }

  @ParameterizedTest
  @CsvSource({"1,true", "TRUE,true", "yes,true", "on,true", "0,false", "off,false", "2,false"})
  void some_words_mean_little_memory(String word, boolean isLow) {
    assertThat(of(Map.of("LOW_MEMORY_MODE", word)).isLow()).isEqualTo(isLow);
  }

  @ParameterizedTest
  @CsvSource({"30,30", "1m30s,90", "PT5S,5"})
  void the_interval_is_seconds_or_a_duration(String text, long seconds) {
    assertThat(of(Map.of("REPROQ_MEMORY_LOG_INTERVAL", text)).logInterval())
        .isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(strings = {"often", "-5s"})
  void an_interval_that_is_none_is_refused(String text) {
    assertThatThrownBy(() -> of(Map.of("REPROQ_MEMORY_LOG_INTERVAL", text)))
        .isInstanceOf(CommandFailure.class)
        .hasMessageStartingWith("REPROQ_MEMORY_LOG_INTERVAL: ");
  }

  private static Memory of(Map<String, String> variables) {
    return Memory.of(
        new Surroundings(variables, InputStream.nullInputStream(), new StopSignal(), false));
  }
}
