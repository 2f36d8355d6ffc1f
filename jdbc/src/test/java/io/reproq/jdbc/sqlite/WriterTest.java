package io.reproq.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.clock.TimeSource;
import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.store.StoreException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class WriterTest {
  private static final Queries SQL = Queries.of(WriterTest.class, "writer.sql");
  private static final Query INSERT = SQL.get("insert");
  private static final Query INSERT_WRONG = SQL.get("insert_wrong");
  private static final Query ROLLBACK = SQL.get("rollback");

  @TempDir Path folder;
  Fixture fixture;
  ExecutorService callers;
  AtomicInteger signals;
  Writer writer;

  @BeforeEach
  void begin() throws SQLException {
    fixture = new Fixture(folder);
    fixture.open().close();
    fixture.sql("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT CHECK (text <> ''))");
    callers = Executors.newVirtualThreadPerTaskExecutor();
    signals = new AtomicInteger();
    writer = writer(Duration.ofSeconds(20));
  }

  @AfterEach
  void end() {
    writer.close();
    callers.close();
    fixture.close();
  }

  private Writer writer(Duration patience) throws SQLException {
    var file = SqliteFile.of(fixture.file().toString());
    return new Writer(file, TimeSource.system(), signals::incrementAndGet, patience);
  }

  private static int insert(Transaction transaction, String text) throws SQLException {
    return transaction.on(INSERT).set("text", text).update();
  }

  private static int insert(Writer writer, String text) {
    return writer.write("test", transaction -> insert(transaction, text));
  }

  private Future<Integer> send(Transaction.Verb<Integer> verb) {
    var queued = writer.queued();
    var answer = callers.submit(() -> writer.write("test", verb));
    Fixture.until("the verb is queued", () -> writer.queued() > queued || answer.isDone());
    return answer;
  }

  /// Keeps the writer busy until the answer is counted down.
  private CountDownLatch occupy() throws InterruptedException {
    var begun = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    callers.execute(() ->
        writer.write(
            "test",
            transaction -> {
              begun.countDown();
              return release.getCount() > 0 && await(release);
            }));
    begun.await();
    return release;
  }

  private static boolean await(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void commits_all_that_waits_together() throws Exception {
    var release = occupy();
    var first = send(transaction -> insert(transaction, "first"));
    var second =
        send(transaction -> {
          insert(transaction, "second");
          return Integer.valueOf(fixture.sql("SELECT count(*) FROM note").getFirst());
        });

    release.countDown();

    assertThat(first.get()).isEqualTo(1);
    assertThat(second.get()).as("what others see while the group is written").isZero();
    assertThat(fixture.sql("SELECT text FROM note")).containsExactly("first", "second");
  }

  @Test
  void lets_a_verb_that_fails_fail_alone() throws Exception {
    var release = occupy();
    var first = send(transaction -> insert(transaction, "first"));
    var wrong =
        send(transaction -> {
          insert(transaction, "lost");
          transaction.bringWork();
          return transaction.on(INSERT_WRONG).update();
        });
    var misuse =
        send(transaction -> {
          insert(transaction, "lost too");
          throw new IllegalStateException("misuse");
        });
    var last = send(transaction -> insert(transaction, "last"));

    release.countDown();

    assertThat(first.get()).isEqualTo(1);
    assertThat(last.get()).isEqualTo(1);
    assertThatThrownBy(wrong::get)
        .cause()
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("could not test the SQLite database " + fixture.file())
        .matches(e -> !((StoreException) e).isTransient());
    assertThatThrownBy(misuse::get).cause().isInstanceOf(IllegalStateException.class);
    assertThat(fixture.sql("SELECT text FROM note")).containsExactly("first", "last");
    assertThat(signals).hasValue(0);
  }

  @Test
  void fails_every_verb_of_a_transaction_that_cannot_be_committed() throws Exception {
    var release = occupy();
    var first = send(transaction -> insert(transaction, "first"));
    // As SQLite itself does when the disk is full.
    var breaker = send(transaction -> transaction.on(ROLLBACK).update());
    var last = send(transaction -> insert(transaction, "last"));

    release.countDown();

    for (var answer : List.of(first, breaker, last)) {
      assertThatThrownBy(answer::get).cause().isInstanceOf(StoreException.class);
    }
    assertThat(fixture.sql("SELECT text FROM note")).isEmpty();
    assertThat(insert(writer, "next")).isEqualTo(1);
    assertThat(fixture.sql("SELECT text FROM note")).containsExactly("next");
  }

  @Test
  void gives_up_on_a_lock_that_somebody_keeps_and_goes_on_after() throws Exception {
    try (var hasty = writer(Duration.ofMillis(20));
        var other = fixture.connect();
        var statement = other.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> insert(hasty, "first"))
          .withMessageContaining("it is busy")
          .matches(StoreException::isTransient);

      statement.execute("COMMIT");
      assertThat(insert(hasty, "second")).isEqualTo(1);
    }
    assertThat(fixture.sql("SELECT text FROM note")).containsExactly("second");
  }

  @Test
  void keeps_an_interrupt_for_the_caller() {
    Thread.currentThread().interrupt();

    assertThat(insert(writer, "first")).isEqualTo(1);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void does_what_waits_when_it_is_closed_and_refuses_what_comes_after() throws Exception {
    var release = occupy();
    var waiting = send(transaction -> insert(transaction, "first"));
    var closing = callers.submit(() -> writer.close());
    release.countDown();
    closing.get();

    assertThat(waiting.get()).isEqualTo(1);
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> insert(writer, "late"))
        .withMessageContaining("is closed");
  }

  @Test
  void reports_work_only_after_the_commit() {
    insert(writer, "quiet");
    assertThat(signals).hasValue(0);

    writer.write(
        "test",
        transaction -> {
          transaction.bringWork();
          assertThat(signals).hasValue(0);
          return insert(transaction, "loud");
        });

    Fixture.until("the signal is given", () -> signals.get() == 1);
  }
}
