package io.reproq.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class ExpositionTest {
  private static final String HEAD = "# HELP a_total h\n# TYPE a_total counter\n";
  private static final String HISTOGRAM = "# HELP h help\n# TYPE h histogram\n";

  @Test
  void samples_are_read_with_their_labels() {
    var read = Exposition.parse(HEAD + "a_total{x=\"1\",y=\"a\\\"b\"} 2.0\na_total 3\n");

    assertThat(read.value("a_total", "x", "1", "y", "a\\\"b")).isEqualTo(2);
    assertThat(read.value("a_total")).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a_total 1\n",
        HEAD,
        HEAD + "b_total 1\n",
        HEAD + "a_total 1\na_total 2\n",
        HEAD + "a_total{x=1} 1\n",
        HEAD + "a_total{x=\"1\",x=\"2\"} 1\n",
        HEAD + "a_total 1",
        HEAD + "a_total 1\n" + HEAD + "a_total{x=\"1\"} 1\n",
        "# TYPE a_total counter\na_total 1\n",
        "# HELP a h\n# TYPE a counter\na 1\n",
        HISTOGRAM + "h_bucket{le=\"1\"} 1\nh_count 1\nh_sum 1\n",
        HISTOGRAM + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_count 1\nh_sum 1\n",
        HISTOGRAM + "h_bucket{le=\"+Inf\"} 1\nh_count 2\nh_sum 1\n",
      })
  void what_no_scraper_should_be_given_is_refused(String text) {
    assertThatThrownBy(() -> Exposition.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
