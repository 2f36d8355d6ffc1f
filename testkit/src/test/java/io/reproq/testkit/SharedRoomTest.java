package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.Reproq;
import io.reproq.TaskHandle;
import io.reproq.TaskType;
import io.reproq.worker.Room;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SharedRoomTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final TaskType<Integer, Integer> WORK =
      TaskType.of("sample.work", Integer.class, Integer.class);

  private final Room room = new Room(4, 2);

  @Test
  void two_databases_never_run_more_at_once_than_there_is_room_for() throws Exception {
    var running = new AtomicInteger();
    var most = new AtomicInteger();
    try (var one = open();
        var other = open()) {
      for (var reproq : List.of(one, other)) {
        reproq.handle(
            WORK,
            (context, number) -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              Thread.onSpinWait();
              running.decrementAndGet();
              return number;
            });
      }
      var handles = new ArrayList<TaskHandle<Integer>>();
      for (var number = 0; number < 500; number++) {
        handles.add(one.enqueue(WORK, number));
        handles.add(other.enqueue(WORK, number));
      }
      one.start();
      other.start();
      for (var handle : handles) {
        handle.await(SOON);
      }
    }
    assertThat(most.get()).isBetween(1, 4);
  }

  @Test
  void a_backlog_of_tasks_that_never_end_leaves_room_for_the_other_database() throws Exception {
    var end = new CountDownLatch(1);
    var begun = new Semaphore(0);
    try (var stuck = open();
        var free = open()) {
      stuck.handle(
          WORK,
          (context, number) -> {
            begun.release();
            end.await();
            return number;
          });
      free.handle(WORK, (context, number) -> number);
      for (var number = 0; number < 20; number++) {
        stuck.enqueue(WORK, number);
      }
      stuck.start();
      free.start();
      begun.acquire(3);

      assertThat(free.enqueue(WORK, 7).await(SOON)).isEqualTo(7);
      end.countDown();
    }
  }

  private Reproq open() {
    return Reproq.builder().dsn("memory:").room(room).open();
  }
}
