package io.reproq.task;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class FailureTest {
  private static final String SMILEY = "\ud83d\ude00";

  @Test
  void a_message_of_1024_bytes_is_its_own_summary() {
    assertThat(summary("a".repeat(1024))).hasSize(1024);
    assertThat(summary("\u00e9".repeat(512))).hasSize(512);
    assertThat(summary(SMILEY.repeat(256))).isEqualTo(SMILEY.repeat(256));
  }

  @Test
  void a_longer_one_is_cut_between_two_characters() {
    assertThat(summary("a".repeat(1025))).isEqualTo("a".repeat(1024));
    assertThat(summary("a" + "\u00e9".repeat(512))).isEqualTo("a" + "\u00e9".repeat(511));
    assertThat(summary("ab" + "\u20ac".repeat(341))).isEqualTo("ab" + "\u20ac".repeat(340));
    assertThat(summary("abc" + SMILEY.repeat(256))).isEqualTo("abc" + SMILEY.repeat(255));
    assertThat(summary("abc" + SMILEY.repeat(256)).getBytes(UTF_8)).hasSize(1023);
  }

  @Test
  void an_unpaired_surrogate_counts_as_three_bytes_and_never_breaks_a_pair() {
    assertThat(summary("\ud800".repeat(400))).isEqualTo("\ud800".repeat(341));
    assertThat(summary("\udc00" + SMILEY.repeat(300))).isEqualTo("\udc00" + SMILEY.repeat(255));
    assertThat(summary("a".repeat(1020) + SMILEY + "\ud83d")).isEqualTo("a".repeat(1020) + SMILEY);
  }

  @Test
  void what_a_task_did_not_bring_upon_itself_begins_with_its_kind() {
    assertThat(Failure.LEASE_LOST.summary())
        .isEqualTo("lease_expiry: Worker heartbeat lost or process crashed");
    assertThat(Failure.CANCELLED.summary()).isEqualTo("Task cancelled by request");
  }

  @Test
  void no_message_leaves_the_kind() {
    assertThat(Failure.of(FailureKind.LEASE_EXPIRY, "").summary()).isEqualTo("lease_expiry");
  }

  @Test
  void the_kinds_have_the_contracts_labels_and_are_found_by_them() {
    for (var kind : FailureKind.values()) {
      assertThat(FailureKind.of(kind.label())).isEqualTo(kind);
    }
    assertThat(FailureKind.SECURITY_VIOLATION.label()).isEqualTo("security_violation");
    assertThatThrownBy(() -> FailureKind.of("nonsense"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String summary(String message) {
    return Failure.of(FailureKind.APP_ERROR, message).summary();
  }
}
