package io.reproq.store;

import static io.reproq.store.DeathWatch.Holder.GONE;
import static io.reproq.store.DeathWatch.Holder.HELD;
import static io.reproq.store.DeathWatch.Holder.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.DeathWatch.Holder;
import io.reproq.store.DeathWatch.Sighting;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// A lease of 15 s and a heartbeat of 5 s throughout. Times are milliseconds of the observer's
/// clock.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class DeathWatchTest {
  private static final UUID ADA = new UUID(0, 1);
  private static final UUID BOB = new UUID(0, 2);
  private static final boolean LEASED = false;
  private static final boolean EXPIRED = true;

  /// Whatever the clock's origin: it may pass from positive to negative.
  private static final long START = Long.MAX_VALUE - Duration.ofSeconds(3).toNanos();

  private final DeathWatch watch = new DeathWatch();

  @Nested
  final class Without_a_holder {
    @Test
    void a_worker_dies_after_750_ms_without_a_beat() {
      assertThat(dies(0, 7, LEASED, GONE)).isFalse();
      assertThat(dies(749, 7, LEASED, GONE)).isFalse();
      assertThat(dies(750, 7, LEASED, GONE)).isTrue();
      assertThat(dies(2_000, 7, LEASED, GONE)).isTrue();
    }

    @Test
    void the_750_ms_count_from_the_first_look_that_missed_it() {
      assertThat(dies(0, 7, LEASED, HELD)).isFalse();
      assertThat(dies(3_000, 7, LEASED, GONE)).isFalse();
      assertThat(dies(3_749, 7, LEASED, GONE)).isFalse();
      assertThat(dies(3_750, 7, LEASED, GONE)).isTrue();
    }

    @Test
    void a_beat_clears_the_suspicion() {
      assertThat(dies(0, 7, LEASED, GONE)).isFalse();
      assertThat(dies(700, 8, LEASED, GONE)).isFalse();
      assertThat(dies(1_449, 8, LEASED, GONE)).isFalse();
      assertThat(dies(1_450, 8, LEASED, GONE)).isTrue();
    }

    @Test
    void a_beat_in_the_same_look_as_the_loss_counts() {
      assertThat(dies(0, 7, LEASED, HELD)).isFalse();
      assertThat(dies(1_000, 8, LEASED, GONE)).isFalse();
      assertThat(dies(1_700, 8, LEASED, GONE)).isFalse();
    }

    @Test
    void a_worker_that_beats_every_500_ms_lives_for_ever() {
      for (var look = 0; look < 100; look++) {
        assertThat(dies(look * 500L, 7 + look, LEASED, GONE)).isFalse();
      }
    }

    @Test
    void a_holder_that_comes_and_goes_starts_the_count_again() {
      assertThat(dies(0, 7, LEASED, GONE)).isFalse();
      assertThat(dies(500, 7, LEASED, HELD)).isFalse();
      assertThat(dies(1_000, 7, LEASED, GONE)).isFalse();
      assertThat(dies(1_500, 7, LEASED, UNKNOWN)).isFalse();
      assertThat(dies(2_000, 7, LEASED, GONE)).isFalse();
      assertThat(dies(2_749, 7, LEASED, GONE)).isFalse();
      assertThat(dies(2_750, 7, LEASED, GONE)).isTrue();
    }
  }

  @Nested
  final class By_its_lease {
    @Test
    void a_worker_dies_when_it_has_expired_and_two_heartbeats_were_missed() {
      for (var holder : List.of(HELD, UNKNOWN)) {
        watch.forget();
        assertThat(dies(0, 7, LEASED, HELD)).isFalse();
        assertThat(dies(9_999, 7, EXPIRED, holder)).isFalse();
        assertThat(dies(10_000, 7, EXPIRED, holder)).isTrue();
      }
    }

    @Test
    void an_expired_lease_alone_proves_nothing() {
      assertThat(dies(0, 7, EXPIRED, HELD)).isFalse();
      assertThat(dies(5_000, 7, EXPIRED, UNKNOWN)).isFalse();
    }

    @Test
    void two_missed_heartbeats_alone_prove_nothing() {
      assertThat(dies(0, 7, LEASED, HELD)).isFalse();
      assertThat(dies(12_000, 7, LEASED, HELD)).isFalse();
    }

    @Test
    void a_clock_that_steps_forward_kills_nobody_who_beats() {
      for (var look = 0; look < 20; look++) {
        assertThat(dies(look * 5_000L, 7 + look, EXPIRED, UNKNOWN)).isFalse();
      }
    }

    @Test
    void a_clock_that_steps_back_saves_nobody_for_longer_than_lease_and_two_heartbeats() {
      assertThat(dies(0, 7, LEASED, HELD)).isFalse();
      assertThat(dies(24_999, 7, LEASED, HELD)).isFalse();
      assertThat(dies(25_000, 7, LEASED, HELD)).isTrue();
    }

    @Test
    void a_holder_that_comes_and_goes_does_not_prolong_the_silence() {
      assertThat(dies(0, 7, EXPIRED, HELD)).isFalse();
      assertThat(dies(9_800, 7, EXPIRED, GONE)).isFalse();
      assertThat(dies(9_900, 7, EXPIRED, HELD)).isFalse();
      assertThat(dies(10_000, 7, EXPIRED, UNKNOWN)).isTrue();
    }

    @Test
    void any_other_count_of_beats_is_a_beat() {
      assertThat(dies(0, 7, EXPIRED, HELD)).isFalse();
      assertThat(dies(10_000, 6, EXPIRED, HELD)).isFalse();
    }
  }

  @Nested
  final class After_an_outage {
    @Test
    void all_silence_is_counted_anew() {
      assertThat(dies(0, 7, LEASED, GONE)).isFalse();
      watch.forget();

      assertThat(dies(60_000, 7, EXPIRED, GONE)).isFalse();
      assertThat(dies(60_749, 7, EXPIRED, GONE)).isFalse();
      assertThat(dies(60_750, 7, EXPIRED, GONE)).isTrue();
    }

    @Test
    void a_worker_that_beats_again_in_time_lives() {
      assertThat(dies(0, 7, LEASED, HELD)).isFalse();
      watch.forget();

      assertThat(dies(60_000, 7, EXPIRED, UNKNOWN)).isFalse();
      assertThat(dies(65_000, 8, LEASED, UNKNOWN)).isFalse();
    }
  }

  @Nested
  final class Of_several_workers {
    @Test
    void each_is_judged_by_itself_and_the_dead_are_given_with_their_beat() {
      var ada = sighting(ADA, 7, EXPIRED, HELD);

      assertThat(watch.judge(List.of(ada, sighting(BOB, 3, EXPIRED, HELD)), at(0))).isEmpty();
      assertThat(watch.judge(List.of(ada, sighting(BOB, 4, EXPIRED, HELD)), at(10_000)))
          .containsExactly(ada);
    }

    @Test
    void one_that_was_not_seen_in_between_is_new() {
      var ada = sighting(ADA, 7, EXPIRED, HELD);

      assertThat(watch.judge(List.of(ada), at(0))).isEmpty();
      assertThat(watch.judge(List.of(), at(5_000))).isEmpty();
      assertThat(watch.judge(List.of(ada), at(30_000))).isEmpty();
    }
  }

  private boolean dies(long millis, long beat, boolean expired, Holder holder) {
    return !watch.judge(List.of(sighting(ADA, beat, expired, holder)), at(millis)).isEmpty();
  }

  private static Sighting sighting(UUID worker, long beat, boolean expired, Holder holder) {
    return new Sighting(
        worker, beat, expired, Duration.ofSeconds(15), Duration.ofSeconds(5), holder);
  }

  private static long at(long millis) {
    return START + Duration.ofMillis(millis).toNanos();
  }
}
