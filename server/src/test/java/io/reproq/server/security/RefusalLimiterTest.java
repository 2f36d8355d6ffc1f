package io.reproq.server.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.testkit.SettableClock;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class RefusalLimiterTest {
  private final SettableClock clock = new SettableClock();
  private final RefusalLimiter limiter =
      new RefusalLimiter(new LimiterConfig(1, Duration.ofMinutes(1), 3), clock);

  @Test
  void one_who_has_many_addresses_takes_no_more_room_than_is_given() {
    for (var address = 0; address < 1000; address++) {
      limiter.refuse(host(address));
    }

    assertThat(limiter.hosts()).isEqualTo(3);
  }

  @Test
  void the_host_whose_window_began_first_is_forgotten_for_a_new_one() {
    for (var address = 1; address <= 3; address++) {
      limiter.refuse(host(address));
      clock.advance(Duration.ofSeconds(1));
    }
    // That it tries on does not make its window younger.
    assertThat(limiter.refuse(host(1))).isTrue();

    limiter.refuse(host(4));

    assertThat(limiter.refuse(host(2))).isTrue();
    assertThat(limiter.refuse(host(3))).isTrue();
    assertThat(limiter.refuse(host(4))).isTrue();
    assertThat(limiter.refuse(host(1))).isFalse();
  }

  @Test
  void a_window_that_is_over_takes_no_room() {
    for (var address = 1; address <= 3; address++) {
      limiter.refuse(host(address));
    }
    clock.advance(Duration.ofMinutes(1));

    assertThat(limiter.refuse(host(4))).isFalse();
    assertThat(limiter.hosts()).isEqualTo(1);
  }

  private static InetAddress host(int number) {
    return InetAddress.ofLiteral("10.0.%d.%d".formatted(number / 256, number % 256));
  }
}
