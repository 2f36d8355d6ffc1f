package io.reproq.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class RoomTest {
  private final Room room = new Room(8, 2);

  @Test
  void who_has_it_alone_gets_all_of_it() {
    var alone = new Slots(new Room(8), new Signal());

    assertThat(alone.reserve()).isEqualTo(8);
    assertThat(alone.free()).isZero();
    assertThat(alone.reserve()).isZero();
  }

  @Test
  void a_claim_reserves_no_more_than_its_part_of_what_is_free() {
    var one = new Slots(room, new Signal());
    var other = new Slots(room, new Signal());

    assertThat(one.reserve()).isEqualTo(4);
    assertThat(other.reserve()).isEqualTo(2);
    assertThat(one.free()).isEqualTo(2);
  }

  @Test
  void a_place_is_kept_for_who_has_not_come_yet() {
    var early = new Slots(room, new Signal());
    while (early.free() > 0) {
      early.reserve();
    }

    assertThat(new Slots(room, new Signal()).reserve()).isEqualTo(1);
  }

  @Test
  void more_workers_than_it_is_for_are_refused() {
    new Slots(room, new Signal());
    new Slots(room, new Signal());

    assertThatThrownBy(() -> new Slots(room, new Signal()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("this room is for 2 workers, and has them");
  }

  @Test
  void who_runs_nothing_finds_room_for_one_whatever_the_others_run() {
    var busy = new Slots(room, new Signal());
    var idle = new Slots(room, new Signal());
    while (busy.free() > 0) {
      busy.reserve();
    }

    assertThat(busy.used()).isEqualTo(7);
    assertThat(idle.reserve()).isEqualTo(1);
    assertThat(idle.free()).isZero();
  }

  @Test
  @Timeout(30)
  void room_that_one_frees_wakes_the_other() {
    var wanting = new Signal();
    var one = new Slots(room, new Signal());
    var other = new Slots(room, wanting);
    var held = one.reserve();
    other.use(4);
    other.want(2);

    one.release(held);

    wanting.await(Duration.ofHours(1).toNanos());
    assertThat(other.free()).isEqualTo(3);
  }

  @Test
  void many_at_once_never_have_more_than_there_is() throws Exception {
    var held = new AtomicInteger();
    var four = new Room(8, 4);
    var sharing = new ArrayList<Slots>();
    for (var i = 0; i < 4; i++) {
      sharing.add(new Slots(four, new Signal()));
    }
    try (var threads = Executors.newFixedThreadPool(4)) {
      var most = new ArrayList<Callable<Integer>>();
      for (var one : sharing) {
        most.add(() -> {
          var seen = 0;
          for (var turn = 0; turn < 20_000; turn++) {
            var taken = one.reserve();
            seen = Math.max(seen, held.addAndGet(taken));
            held.addAndGet(-taken);
            one.release(taken);
          }
          return seen;
        });
      }
      for (var seen : threads.invokeAll(most)) {
        assertThat(seen.get()).isBetween(1, 8);
      }
    }
  }

  @Test
  void room_for_none_is_refused() {
    assertThatThrownBy(() -> new Room(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("concurrency must be at least 1, was 0");
    assertThatThrownBy(() -> new Room(2, 3)).hasMessage("concurrency must be at least 3, was 2");
  }
}
