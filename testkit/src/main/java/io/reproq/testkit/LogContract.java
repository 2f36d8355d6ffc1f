package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.ClaimedTask;
import io.reproq.store.LogPiece;
import io.reproq.store.LogQuery;
import io.reproq.store.Note;
import io.reproq.store.Noted;
import io.reproq.store.Pruning;
import io.reproq.task.Outcome;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What running attempts put out.
@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class LogContract {
  private final Stage stage;

  LogContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void pieces_are_read_while_the_task_runs_in_the_order_of_the_output() {
    var task = stage.running(stage.worker("w"));
    stage.advance(Duration.ofSeconds(3));
    put(task, 0, "one ");
    var answers =
        stage.store().note(List.of(of(task, 8, "three"), of(task, 4, "two "))); // Not in order.

    assertThat(answers).containsOnly(Noted.WRITTEN);
    var pieces = all(task);
    assertThat(pieces).extracting(LogPiece::text).containsExactly("one ", "two ", "three");
    assertThat(pieces).extracting(LogPiece::attempt).containsOnly(1);
    assertThat(pieces).extracting(LogPiece::at).containsOnly(stage.clock().now());
    assertThat(pieces).extracting(piece -> piece.mark().start()).containsExactly(0L, 4L, 8L);
  }

  @Test
  void a_piece_that_is_sent_again_is_kept_once() {
    var task = stage.running(stage.worker("w"));
    put(task, 0, "a");

    assertThat(stage.store().note(List.of(of(task, 0, "a"), of(task, 1, "b"), of(task, 1, "b"))))
        .containsOnly(Noted.WRITTEN)
        .hasSize(3);

    assertThat(all(task)).extracting(LogPiece::text).containsExactly("a", "b");
  }

  @Test
  void who_reads_on_gets_what_is_new() {
    var task = stage.running(stage.worker("w"));
    for (var i = 0; i < 5; i++) {
      put(task, i, Integer.toString(i));
    }

    var first = stage.store().logs(LogQuery.first(task.resultId(), 2));
    var rest = LogQuery.first(task.resultId(), 100).after(first.getLast());
    assertThat(first).extracting(LogPiece::text).containsExactly("0", "1");
    assertThat(stage.store().logs(rest)).extracting(LogPiece::text).containsExactly("2", "3", "4");

    var end = rest.after(stage.store().logs(rest).getLast());
    assertThat(stage.store().logs(end)).isEmpty();
    put(task, 5, "5");
    assertThat(stage.store().logs(end)).extracting(LogPiece::text).containsExactly("5");
  }

  @Test
  void nobody_reads_what_another_task_put_out() {
    var worker = stage.worker("w");
    var silent = stage.running(worker);
    var loud = stage.running(worker);
    put(loud, 0, "!");

    assertThat(all(silent)).isEmpty();
    assertThat(all(loud)).hasSize(1);
    assertThat(stage.store().logs(LogQuery.first(4711, 1))).isEmpty();
  }

  @Test
  void output_of_all_attempts_is_kept_and_that_of_one_can_be_asked_for() {
    var worker = stage.worker("w");
    var first = stage.running(worker);
    put(first, 0, "first");
    var second = again(worker, first, Stage.failure());
    put(second, 0, "second");

    assertThat(all(second)).extracting(LogPiece::text).containsExactly("first", "second");
    assertThat(all(second)).extracting(LogPiece::attempt).containsExactly(1, 2);
    var query = LogQuery.first(second.resultId(), 10);
    assertThat(stage.store().logs(query.ofAttempt(1)))
        .extracting(LogPiece::text)
        .containsExactly("first");
    assertThat(stage.store().logs(query.ofAttempt(2)))
        .extracting(LogPiece::text)
        .containsExactly("second");
    assertThat(stage.store().logs(query.ofAttempt(3))).isEmpty();
  }

  @Test
  void an_attempt_with_the_number_of_an_earlier_one_takes_nothing_of_it_away() {
    var worker = stage.worker("w");
    var first = stage.running(worker);
    put(first, 0, "given back");
    var second = again(worker, first, new Outcome.GivenBack());
    put(second, 0, "run");

    assertThat(second.attempt()).isEqualTo(first.attempt());
    assertThat(all(second)).extracting(LogPiece::text).containsExactly("given back", "run");
    assertThat(all(second)).extracting(LogPiece::attempt).containsExactly(1, 1);
  }

  @Test
  void a_retry_by_an_operator_keeps_what_was_put_out() {
    var worker = stage.worker("w");
    var task = stage.running(worker);
    put(task, 0, "before");
    worker.settle(task, new Outcome.Failed(Stage.BOOM, false));
    stage.store().retry(List.of(task.resultId()));
    put(worker.claimOne(), 0, "after");

    assertThat(all(task)).extracting(LogPiece::text).containsExactly("before", "after");
  }

  @Test
  void a_piece_of_an_attempt_that_lost_its_task_is_stale() {
    var dead = stage.worker("dead");
    var task = stage.running(dead);
    put(task, 0, "alive");
    var observer = stage.worker("observer");
    stage.outlive(observer, observer::renew);

    assertThat(note(task, 5, "dead")).isEqualTo(Noted.STALE);
    var again = observer.claimOne();
    assertThat(note(task, 5, "dead")).isEqualTo(Noted.STALE);
    put(again, 0, "again");
    observer.settle(again, Stage.success());
    assertThat(note(again, 5, "late")).isEqualTo(Noted.STALE);

    assertThat(all(task)).extracting(LogPiece::text).containsExactly("alive", "again");
  }

  @Test
  void output_goes_with_the_task_and_with_no_other() {
    var worker = stage.worker("w");
    var pruned = stage.running(worker);
    put(pruned, 0, "gone");
    worker.settle(pruned, Stage.success());
    var kept = stage.running(worker);
    put(kept, 0, "kept");

    assertThat(all(pruned)).hasSize(1);
    stage.store().prune(Pruning.of(Duration.ZERO, 10).in(Set.of(TaskStatus.SUCCESSFUL)));

    assertThat(all(pruned)).isEmpty();
    assertThat(all(kept)).hasSize(1);
  }

  @Test
  void a_big_piece_comes_back_whole() {
    var task = stage.running(stage.worker("w"));
    var big = "Zeile ☃ 0123456789\n".repeat(60_000);

    put(task, 0, big);

    assertThat(all(task).getFirst().text()).isEqualTo(big);
  }

  @Test
  void many_pieces_come_back_whole() {
    var task = stage.running(stage.worker("w"));
    var notes = new ArrayList<Note>();
    var expected = new StringBuilder();
    for (var i = 0; i < 500; i++) {
      var text = "line " + i + "\n";
      notes.add(of(task, expected.length(), text));
      expected.append(text);
    }
    stage.store().note(notes);

    var found = new StringBuilder();
    var query = LogQuery.first(task.resultId(), 33);
    for (var page = stage.store().logs(query); !page.isEmpty(); page = stage.store().logs(query)) {
      page.forEach(piece -> found.append(piece.text()));
      query = query.after(page.getLast());
    }
    assertThat(found).hasToString(expected.toString());
  }

  @Test
  void what_no_database_can_carry_is_replaced() {
    var task = stage.running(stage.worker("w"));

    put(task, 0, "a\0b\uD83D\uDE80c\uD83Dd\uDE80\r\n\t\u001B[31m\u2028'\"\\");

    assertThat(all(task).getFirst().text())
        .isEqualTo("a\uFFFDb\uD83D\uDE80c\uFFFDd\uFFFD\r\n\t\u001B[31m\u2028'\"\\");
  }

  @Test
  void output_kept_here_has_no_other_place() {
    var task = stage.running(stage.worker("w"));
    put(task, 0, "x");

    assertThat(stage.get(task.resultId()).extras().logsUri()).isNull();
  }

  /// The next attempt at `task`, which ends as `outcome` says.
  private ClaimedTask again(ScriptedWorker worker, ClaimedTask task, Outcome outcome) {
    worker.settle(task, outcome);
    stage.advance(Duration.ofHours(1));
    stage.store().promote(10);
    return worker.claimOne();
  }

  private List<LogPiece> all(ClaimedTask task) {
    return stage.store().logs(LogQuery.first(task.resultId(), 1000));
  }

  private void put(ClaimedTask task, long start, String text) {
    assertThat(note(task, start, text)).isEqualTo(Noted.WRITTEN);
  }

  private Noted note(ClaimedTask task, long start, String text) {
    return stage.store().note(List.of(of(task, start, text))).getFirst();
  }

  private static Note of(ClaimedTask task, long start, String text) {
    return new Note(task.resultId(), task.claimId(), new Note.Output(start, text));
  }
}
