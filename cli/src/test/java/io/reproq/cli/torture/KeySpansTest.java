package io.reproq.cli.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.task.Limits;
import java.time.Instant;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class KeySpansTest {
  private static final Instant START = Instant.parse("2026-01-31T12:00:00Z");

  private final KeySpans spans = new KeySpans();

  @Test
  void two_holders_of_a_lock_at_once_are_reported() {
    var keys = new Limits("door", null, 0).keys();
    spans.hold(keys, START, START.plusMillis(10));
    spans.hold(keys, START.plusMillis(9), START.plusMillis(20));

    assertThat(spans.violations()).containsExactly("key lock:door had 2 holders of at most 1");
  }

  @Test
  void who_takes_a_key_when_it_is_let_go_does_not_overlap() {
    var keys = new Limits(null, "slot", 1).keys();
    spans.hold(keys, START.plusMillis(10), START.plusMillis(20));
    spans.hold(keys, START, START.plusMillis(10));

    assertThat(spans.violations()).isEmpty();
  }
}
