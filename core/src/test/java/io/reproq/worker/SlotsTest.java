package io.reproq.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.memory.MemoryStore;
import io.reproq.store.ClaimedTask;
import io.reproq.store.ClaimedTask.Description;
import io.reproq.store.ClaimedTask.Origin;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.task.ClaimId;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class SlotsTest {
  private final Slots slots = new Slots(new Room(2), new Signal());
  private final Completer completer = completer();

  @Test
  void an_attempt_is_found_from_its_entry_to_its_leave() {
    var first = entered(1);
    var second = entered(2);
    assertThat(slots.running()).containsExactlyInAnyOrder(first, second);

    slots.leave(first);

    assertThat(slots.running()).containsExactly(second);
    assertThat(slots.free()).isEqualTo(1);
  }

  @Test
  void a_second_leave_neither_frees_room_nor_empties_the_slot_of_another() {
    var first = entered(1);
    var second = entered(2);
    slots.leave(first);
    var third = entered(3);

    slots.leave(first);

    assertThat(slots.running()).containsExactlyInAnyOrder(second, third);
    assertThat(slots.free()).isZero();
  }

  @Test
  void the_one_empty_slot_is_found_wherever_it_is() {
    var longest = entered(1);
    for (var id = 2; id < 10; id++) {
      var other = entered(id);
      assertThat(slots.running()).containsExactlyInAnyOrder(longest, other);
      slots.leave(other);
    }
    assertThat(slots.free()).isEqualTo(1);
  }

  @Test
  void more_attempts_than_slots_are_refused() {
    entered(1);
    entered(2);

    assertThatThrownBy(() -> slots.enter(attempt(3)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("all 2 slots are taken");
  }

  private Attempt entered(long id) {
    var attempt = attempt(id);
    slots.use(1);
    slots.enter(attempt);
    return attempt;
  }

  private Attempt attempt(long id) {
    var spec = Spec.of("sample.greet").build();
    var claim = new ClaimId(new UUID(0, 1), 1);
    var task =
        new ClaimedTask(
            id, claim, 1, null, new Origin(Duration.ZERO, null), new Description.Valid(spec));
    return new Attempt(task, spec, 0, completer);
  }

  private Completer completer() {
    var store = new MemoryStore(Settings.defaults());
    return new Completer(store, new NoteWriter(store, slots), new AttemptListener() {}, null);
  }
}
