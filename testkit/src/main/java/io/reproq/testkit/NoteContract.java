package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.json.Json;
import io.reproq.store.ClaimedTask;
import io.reproq.store.Discarded;
import io.reproq.store.Note;
import io.reproq.store.Noted;
import io.reproq.store.Pruning;
import io.reproq.store.Retried;
import io.reproq.task.ClaimId;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What running attempts note about their tasks.
@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class NoteContract {
  private static final String HALF = "{\"progress\":{\"done\":1,\"total\":2}}";

  private final Stage stage;

  NoteContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void what_is_noted_is_seen_while_the_task_runs() {
    var task = stage.running(stage.worker("w"));

    assertThat(note(task, metadata(HALF))).isEqualTo(Noted.WRITTEN);
    assertThat(note(task, new Note.LogsUri("logs/task-1.log"))).isEqualTo(Noted.WRITTEN);

    assertThat(stage.get(task.resultId()).standing().status()).isEqualTo(TaskStatus.RUNNING);
    assertNoted(task, HALF);
    assertThat(stage.get(task.resultId()).extras().logsUri()).isEqualTo("logs/task-1.log");
  }

  @Test
  void metadata_replaces_what_was_there_and_leaves_the_place_of_logs_alone() {
    var task = stage.running(stage.worker("w"));
    note(task, metadata("{\"a\":1,\"b\":[null]}"));
    note(task, new Note.LogsUri("file:///a.log"));

    note(task, metadata("{\"c\":{}}"));
    assertNoted(task, "{\"c\":{}}");
    note(task, new Note.LogsUri("file:///b.log"));

    assertNoted(task, "{\"c\":{}}");
    assertThat(stage.get(task.resultId()).extras().logsUri()).isEqualTo("file:///b.log");
  }

  @Test
  void the_last_note_of_several_in_one_call_counts() {
    var task = stage.running(stage.worker("w"));

    var answers =
        stage
            .store()
            .note(
                List.of(
                    of(task, metadata("{\"n\":1}")),
                    of(task, metadata("{\"n\":2}")),
                    of(task, metadata("{\"n\":3}"))));

    assertThat(answers).containsOnly(Noted.WRITTEN).hasSize(3);
    assertNoted(task, "{\"n\":3}");
  }

  @Test
  void a_task_of_which_nothing_was_noted_has_an_empty_object() {
    var task = stage.running(stage.worker("w"));

    assertNoted(task, "{}");
    assertThat(stage.get(task.resultId()).extras().logsUri()).isNull();
    assertThat(stage.store().metadata(4711)).isEqualTo(Json.EMPTY_OBJECT);
    assertThat(stage.store().note(List.of())).isEmpty();
  }

  @Test
  void only_the_attempt_that_holds_the_task_may_note() {
    var task = stage.running(stage.worker("w"));
    var claim = task.claimId();
    var other = new ClaimId(claim.incarnation(), claim.number() + 1);
    var stranger = new ClaimId(UUID.randomUUID(), claim.number());

    assertThat(note(task.resultId(), other)).isEqualTo(Noted.STALE);
    assertThat(note(task.resultId(), stranger)).isEqualTo(Noted.STALE);
    assertThat(note(task.resultId() + 1, claim)).isEqualTo(Noted.STALE);

    assertNoted(task, "{}");
  }

  @Test
  void a_stale_note_does_not_keep_others_of_the_same_call_from_being_written() {
    var worker = stage.worker("w");
    var over = stage.running(worker);
    worker.settle(over, Stage.success());
    var first = stage.running(worker);
    var second = stage.running(worker);

    var answers =
        stage
            .store()
            .note(
                List.of(
                    of(second, metadata("{\"is\":\"second\"}")),
                    of(over, metadata("{\"is\":\"over\"}")),
                    of(first, metadata("{\"is\":\"first\"}"))));

    assertThat(answers).containsExactly(Noted.WRITTEN, Noted.STALE, Noted.WRITTEN);
    assertNoted(first, "{\"is\":\"first\"}");
    assertNoted(second, "{\"is\":\"second\"}");
    assertNoted(over, "{}");
  }

  @Test
  void a_note_after_the_end_is_stale() {
    var worker = stage.worker("w");
    var task = stage.running(worker);
    note(task, metadata(HALF));
    worker.settle(task, Stage.success());

    assertThat(note(task, metadata("{}"))).isEqualTo(Noted.STALE);
    assertThat(note(task, new Note.LogsUri("late.log"))).isEqualTo(Noted.STALE);

    assertNoted(task, HALF);
    assertThat(stage.get(task.resultId()).extras().logsUri()).isNull();
  }

  @Test
  void a_note_of_one_who_was_taken_for_dead_is_stale_also_when_the_task_runs_again() {
    var dead = stage.worker("dead");
    var task = stage.running(dead);
    var observer = stage.worker("observer");
    stage.outlive(observer, observer::renew);

    assertThat(note(task, metadata(HALF))).isEqualTo(Noted.STALE);
    var again = observer.claimOne();
    note(again, metadata("{\"by\":\"observer\"}"));
    assertThat(note(task, metadata(HALF))).isEqualTo(Noted.STALE);

    assertThat(again.resultId()).isEqualTo(task.resultId());
    assertNoted(again, "{\"by\":\"observer\"}");
  }

  @Test
  void the_next_attempt_finds_what_was_noted() {
    var worker = stage.worker("w");
    var task = stage.running(worker);
    note(task, metadata(HALF));
    worker.settle(task, new Outcome.Snoozed(Duration.ofSeconds(1)));
    assertNoted(task, HALF);

    stage.advance(Duration.ofSeconds(2));
    stage.store().promote(10);
    var next = worker.claimOne();

    assertNoted(next, HALF);
    assertThat(note(task, metadata("{}"))).isEqualTo(Noted.STALE);
    assertThat(note(next, metadata("{\"n\":2}"))).isEqualTo(Noted.WRITTEN);
    assertNoted(next, "{\"n\":2}");
  }

  @Test
  void triage_keeps_what_was_noted() {
    var worker = stage.worker("w");
    var retried = failed(worker);
    var discarded = failed(worker);

    assertThat(stage.store().retry(List.of(retried.resultId())).getFirst())
        .isInstanceOf(Retried.Ready.class);
    assertThat(stage.store().discard(List.of(discarded.resultId())))
        .containsExactly(Discarded.CANCELLED);

    assertNoted(retried, HALF);
    assertNoted(discarded, HALF);
  }

  @Test
  void what_was_noted_goes_with_the_task_and_with_no_other() {
    var worker = stage.worker("w");
    var pruned = stage.running(worker);
    note(pruned, metadata(HALF));
    worker.settle(pruned, Stage.success());
    var kept = stage.running(worker);
    note(kept, metadata(HALF));

    var all = Pruning.of(Duration.ZERO, 10);
    stage.store().prune(all.by(Pruning.Way.COUNT));
    assertNoted(pruned, HALF);
    stage.store().prune(all.in(Set.of(TaskStatus.SUCCESSFUL)));

    assertThat(stage.store().metadata(pruned.resultId())).isEqualTo(Json.EMPTY_OBJECT);
    assertNoted(kept, HALF);
  }

  @Test
  void noting_is_no_transition() {
    var worker = stage.worker("w");
    var task = stage.running(worker);
    var before = stage.get(task.resultId()).standing();

    note(task, metadata(HALF));

    assertThat(stage.get(task.resultId()).standing()).isEqualTo(before);
  }

  @Test
  void odd_but_good_values_come_back_as_they_were() {
    var task = stage.running(stage.worker("w"));
    var odd =
        "{\"\":\"\",\"a\":{\"a\":[1,[2,{\"b\":null}]]},\"big\":123456789012345678901234567890,"
            + "\"float\":0.1,\"text\":\"\\\\u0000 ☃ \uD83D\uDE80 \\n\\\"'\",\"yes\":true}";

    assertThat(note(task, metadata(odd))).isEqualTo(Noted.WRITTEN);

    assertNoted(task, odd);
  }

  @Test
  void metadata_may_be_as_long_as_it_says() {
    var task = stage.running(stage.worker("w"));
    var longest = "{\"x\":\"" + "y".repeat(Note.Metadata.MAX_BYTES - 8) + "\"}";

    assertThat(note(task, metadata(longest))).isEqualTo(Noted.WRITTEN);

    assertNoted(task, longest);
    assertThatThrownBy(() -> metadata(longest.replace("\"x\"", "\"xx\"")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "metadata may have 65536 bytes of JSON, has 65537; keep what is big elsewhere, and note"
                + " where");
  }

  @Test
  void two_notes_at_once_leave_one_of_them_whole() throws Exception {
    var worker = stage.worker("w");
    var tasks = IntStream.range(0, 4).mapToObj(i -> stage.running(worker)).toList();
    var values = List.of("{\"by\":[1,1,1]}", "{\"by\":[2,2,2]}");

    inParallel(
        values.stream()
            .<Callable<List<Noted>>>map(value ->
                // In opposite orders, which must not make them wait for each other.
                () ->
                    stage
                        .store()
                        .note(notes(value.contains("1") ? tasks : tasks.reversed(), value)))
            .toList());

    for (var task : tasks) {
      assertThat(stage.store().metadata(task.resultId()).canonical().text()).isIn(values);
    }
  }

  @Test
  void a_note_and_the_end_at_once_are_both_answered_rightly() throws Exception {
    var worker = stage.worker("w");
    for (var round = 0; round < 20; round++) {
      var task = stage.running(worker);

      var answers =
          inParallel(
              List.<Callable<Object>>of(
                  () -> note(task, metadata(HALF)), () -> worker.settle(task, Stage.success())));

      assertNoted(task, answers.getFirst() == Noted.WRITTEN ? HALF : "{}");
      assertThat(stage.get(task.resultId()).standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
    }
  }

  private static <T> List<T> inParallel(List<Callable<T>> calls)
      throws InterruptedException, ExecutionException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<T>();
      for (var future : threads.invokeAll(calls)) {
        answers.add(future.get());
      }
      return answers;
    }
  }

  /// A task that failed after it had noted something.
  private ClaimedTask failed(ScriptedWorker worker) {
    stage.enqueue(Spec.of(Stage.GREET));
    var task = worker.claimOne();
    note(task, metadata(HALF));
    worker.settle(task, new Outcome.Failed(Stage.BOOM, false));
    return task;
  }

  private void assertNoted(ClaimedTask task, String json) {
    assertThat(stage.store().metadata(task.resultId()).canonical().text()).isEqualTo(json);
    assertThat(stage.get(task.resultId()).extras().metadata().canonical().text()).isEqualTo(json);
  }

  private Noted note(ClaimedTask task, Note.Content content) {
    return stage.store().note(List.of(of(task, content))).getFirst();
  }

  private Noted note(long resultId, ClaimId claim) {
    return stage.store().note(List.of(new Note(resultId, claim, metadata(HALF)))).getFirst();
  }

  private static List<Note> notes(List<ClaimedTask> tasks, String json) {
    return tasks.stream().map(task -> of(task, metadata(json))).toList();
  }

  private static Note of(ClaimedTask task, Note.Content content) {
    return new Note(task.resultId(), task.claimId(), content);
  }

  private static Note.Metadata metadata(String json) {
    return new Note.Metadata(new Json(json));
  }
}
