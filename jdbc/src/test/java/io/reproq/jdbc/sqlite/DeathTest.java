package io.reproq.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.DeathWatch.Holder;
import io.reproq.store.Reclaimed;
import io.reproq.store.RenewAnswer;
import io.reproq.store.StoreException;
import io.reproq.store.TaskStore;
import io.reproq.task.ClaimId;
import io.reproq.task.Place;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class DeathTest {
  private static final Duration LOOK = Duration.ofMillis(500);

  /// So many looks make two seconds.
  private static final int LOOKS = 4;

  @TempDir Path folder;
  Fixture fixture;
  TaskStore store;

  @BeforeEach
  void begin() {
    fixture = new Fixture(folder);
    store = fixture.open();
  }

  @AfterEach
  void end() {
    fixture.close();
  }

  private Path lockOf(UUID incarnation) {
    return folder.resolve("tasks.db-workers").resolve(incarnation + ".lock");
  }

  private HolderLocks locks() {
    return new HolderLocks(fixture.file());
  }

  private String processOf(UUID incarnation) throws Exception {
    return fixture
        .sql(
            "SELECT process FROM worker WHERE incarnation = x'"
                + incarnation.toString().replace("-", "")
                + "'")
        .getFirst();
  }

  @Test
  void gives_a_killed_process_tasks_back_within_two_seconds() throws Exception {
    var ids = Fixture.enqueue(store, 3);
    var observer = Fixture.join(store);
    try (var other = Bystander.holding(3, fixture.file())) {
      assertThat(store.reclaim(observer)).isEmpty();

      other.kill();
      var back = new ArrayList<Reclaimed>();
      var looks = new ArrayList<Integer>();
      Fixture.until(
          "its tasks are back",
          LOOK.toNanos(),
          () -> {
            looks.add(1);
            back.addAll(store.reclaim(observer));
            return !back.isEmpty();
          });

      assertThat(looks).hasSizeLessThanOrEqualTo(LOOKS);
      assertThat(back).extracting(Reclaimed::resultId).containsExactlyElementsOf(ids);
      assertThat(back).allMatch(task -> task.place().equals(new Place.Ready(1)));
      assertThat(store.renew(other.incarnation())).isEqualTo(new RenewAnswer.Gone());
      assertThat(store.workers()).hasSize(1);
      assertThat(lockOf(other.incarnation())).doesNotExist();
    }
    assertThat(Fixture.claim(store, observer, 10)).hasSize(3).allMatch(task -> task.attempt() == 2);
    assertThat(Fixture.get(store, ids.getFirst()).result().errors().getFirst().failure().message())
        .isEqualTo("Worker heartbeat lost or process crashed");
  }

  @Test
  void leaves_a_living_process_alone_however_often_it_looks() throws Exception {
    Fixture.enqueue(store, 1);
    var observer = Fixture.join(store);
    try (var other = Bystander.holding(1, fixture.file())) {
      var locks = locks();
      for (var look = 0; look < 50; look++) {
        assertThat(store.reclaim(observer)).isEmpty();
        assertThat(locks.look(other.incarnation(), processOf(other.incarnation())))
            .isEqualTo(Holder.HELD);
      }
      other.kill();
      assertThat(locks.look(other.incarnation(), "another")).isEqualTo(Holder.GONE);
    }
  }

  @Test
  void never_opens_the_lock_of_a_worker_of_its_own_process() throws Exception {
    var worker = Fixture.join(store);

    assertThat(locks().look(worker, processOf(worker))).isEqualTo(Holder.UNKNOWN);
    assertThat(processOf(worker)).isEqualTo(HolderLocks.process());
  }

  @Test
  void cannot_tell_of_a_lock_whose_file_is_gone() {
    assertThat(locks().look(UUID.randomUUID(), "another")).isEqualTo(Holder.UNKNOWN);
  }

  @Test
  void keeps_a_lock_until_its_worker_leaves() {
    var worker = Fixture.join(store);
    assertThat(lockOf(worker)).exists();

    store.leave(worker);

    assertThat(lockOf(worker)).doesNotExist();
  }

  @Test
  void enters_a_worker_once_that_joins_twice() {
    var worker = Fixture.join(store);

    store.join(Fixture.worker(worker));

    assertThat(store.workers()).hasSize(1);
    assertThat(lockOf(worker)).exists();
  }

  @Test
  void leaves_no_lock_of_a_worker_that_could_not_join() throws Exception {
    fixture.sql("DROP TABLE worker");
    var worker = UUID.randomUUID();

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.join(Fixture.worker(worker)))
        .withMessageContaining("could not join");
    assertThat(lockOf(worker)).doesNotExist();
  }

  @Test
  void says_which_lock_cannot_be_taken() throws Exception {
    Files.writeString(folder.resolve("tasks.db-workers"), "a file and no folder");
    var worker = UUID.randomUUID();

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.join(Fixture.worker(worker)))
        .withMessageContaining(lockOf(worker).toString())
        .withMessageContaining("must be writable");
    assertThat(store.workers()).isEmpty();
  }

  @Test
  void gives_a_dead_worker_nothing() throws Exception {
    Fixture.enqueue(store, 1);
    var worker = Fixture.join(store);
    fixture.sql("UPDATE worker SET dead = 1");

    assertThat(
            store.claim(
                new ClaimRequest(
                    new ClaimId(worker, 1),
                    List.of(new ClaimRequest.Quota("default", 1)),
                    new ClaimRequest.Routing(Set.of(Fixture.GREET), false))))
        .isEqualTo(new ClaimAnswer.WorkerGone());
    assertThat(store.renew(worker)).isEqualTo(new RenewAnswer.Gone());
    assertThat(store.workers()).isEmpty();
  }
}
