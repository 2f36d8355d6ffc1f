package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.json.Json;
import io.reproq.store.ForwardingStore;
import io.reproq.store.LogPiece;
import io.reproq.store.LogQuery;
import io.reproq.store.Note;
import io.reproq.store.Noted;
import io.reproq.store.StoreException;
import io.reproq.store.TaskStore;
import io.reproq.task.Spec;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// How what attempts tell of themselves comes to the store.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class EngineNotesTest extends EngineStage {
  /// Keeps every call that writes notes, and may answer otherwise than the store.
  private static final class Recorder extends ForwardingStore {
    private final List<List<Note>> calls = new ArrayList<>();
    private Function<List<Note>, List<Noted>> answer;

    Recorder(TaskStore store) {
      super(store);
      this.answer = store::note;
    }

    @Override
    public List<Noted> note(List<Note> notes) {
      calls.add(notes);
      return answer.apply(notes);
    }

    List<Note.Content> contents() {
      return calls.stream().flatMap(List::stream).map(Note::content).toList();
    }
  }

  private final Recorder recorder = new Recorder(store);

  private ManualWorker recorded(AttemptHandler handler) {
    return worker(recorder, handler);
  }

  private static Json json(String text) {
    return new Json(text);
  }

  private String output(long id) {
    return String.join(
        "", store.logs(LogQuery.first(id, 1000)).stream().map(LogPiece::text).toList());
  }

  @Nested
  final class While_it_runs {
    private AttemptHandler handler = attempt -> DONE;
    private final ManualWorker worker = recorded(attempt -> handler.run(attempt));

    @Test
    void an_attempts_last_facts_and_all_its_output_are_written_at_the_next_step() {
      var id = enqueue(Spec.of("greet"));
      handler =
          attempt -> {
            for (var i = 0; i < 1000; i++) {
              attempt.notes().metadata(json("{\"i\":" + i + "}"));
              attempt.notes().output(i + "\n");
            }
            attempt.notes().logsUri("a.log");
            worker.note();
            assertThat(recorder.calls).hasSize(1);
            assertThat(store.metadata(id).text()).isEqualTo("{\"i\":999}");
            assertThat(output(id)).startsWith("0\n1\n2\n").endsWith("998\n999\n");
            return DONE;
          };

      assertThat(worker.work()).isEqualTo(1);

      TaskRunAssert.assertThat(get(id)).isSuccessful();
      assertThat(get(id).extras().logsUri()).isEqualTo("a.log");
      assertThat(recorder.contents()).hasSize(3);
    }

    @Test
    void a_step_with_nothing_new_writes_nothing() {
      enqueue(Spec.of("greet"));
      handler =
          attempt -> {
            attempt.notes().output("once");
            worker.note();
            worker.note();
            return DONE;
          };

      worker.work();
      worker.note();

      assertThat(recorder.calls).hasSize(1);
    }

    @Test
    void pieces_follow_each_other_and_no_character_is_cut_in_two() {
      var id = enqueue(Spec.of("greet"));
      handler =
          attempt -> {
            attempt.notes().output("ab\uD83D");
            worker.note();
            assertThat(output(id)).isEqualTo("ab");
            attempt.notes().output("\uDE80c");
            worker.note();
            attempt.notes().output("");
            attempt.notes().output("end\uD83D");
            return DONE;
          };

      worker.work();

      assertThat(output(id)).isEqualTo("ab\uD83D\uDE80cend\uFFFD");
      assertThat(recorder.contents())
          .containsExactly(
              new Note.Output(0, "ab"),
              new Note.Output(2, "\uD83D\uDE80c"),
              new Note.Output(5, "end\uFFFD"));
    }

    @Test
    void what_could_not_be_sent_is_sent_again_as_it_was_and_what_is_new_after_it() {
      var id = enqueue(Spec.of("greet"));
      handler =
          attempt -> {
            attempt.notes().output("one ");
            // The store does it, but nobody hears of that.
            recorder.answer =
                notes -> {
                  store.note(notes);
                  throw new StoreException("lost", true, null);
                };
            assertThatThrownBy(worker::note).isInstanceOf(StoreException.class);
            attempt.notes().output("two");
            recorder.answer = store::note;
            worker.note();
            worker.note();
            return DONE;
          };

      worker.work();

      assertThat(output(id)).isEqualTo("one two");
      assertThat(recorder.contents())
          .containsExactly(
              new Note.Output(0, "one "), new Note.Output(0, "one "), new Note.Output(4, "two"));
    }

    @Test
    void a_stale_note_stops_the_attempt_and_its_outcome_is_not_sent() {
      var ran = new ArrayList<Boolean>();
      var id = enqueue(Spec.of("greet"));
      handler =
          attempt -> {
            recorder.answer = notes -> notes.stream().map(note -> Noted.STALE).toList();
            attempt.notes().output("from the dead");
            worker.note();
            ran.add(attempt.isStopping());
            ran.add(Thread.interrupted());
            attempt.notes().output("more");
            return DONE;
          };

      worker.work();

      assertThat(ran).containsExactly(true, true);
      assertThat(get(id).standing().place()).isEqualTo("running");
      assertThat(worker.running()).isEmpty();
      assertThat(output(id)).isEmpty();
    }

    @Test
    void a_note_that_cannot_be_kept_is_dropped_without_holding_up_others() {
      var ids = enqueue(Spec.of("greet"), 2);
      recorder.answer =
          notes -> {
            if (notes.stream().anyMatch(note -> note.resultId() == ids.getFirst())) {
              throw new StoreException("does not fit", false, null);
            }
            return store.note(notes);
          };
      handler =
          attempt -> {
            attempt.notes().output("text");
            return DONE;
          };

      worker.work();

      TaskRunAssert.assertThat(get(ids.getFirst())).isSuccessful();
      TaskRunAssert.assertThat(get(ids.getLast())).isSuccessful();
      assertThat(output(ids.getFirst())).isEmpty();
      assertThat(output(ids.getLast())).isEqualTo("text");
    }
  }

  @Nested
  final class At_its_end {
    @Test
    void what_is_left_is_written_before_a_success_and_before_a_failure() {
      var worker =
          recorded(attempt -> {
            attempt.notes().metadata(json("{\"attempt\":" + attempt.number() + "}"));
            attempt.notes().output("attempt " + attempt.number() + "\n");
            if (attempt.number() == 1) {
              throw new IllegalStateException("not yet");
            }
            return DONE;
          });
      var id = enqueue(Spec.of("greet").retry(TWO_TRIES));

      worker.work();
      assertThat(output(id)).isEqualTo("attempt 1\n");
      worker.tick(Duration.ofSeconds(10));
      worker.work();

      TaskRunAssert.assertThat(get(id)).isSuccessful().hasAttempts(2);
      assertThat(output(id)).isEqualTo("attempt 1\nattempt 2\n");
      assertThat(store.metadata(id).text()).isEqualTo("{\"attempt\":2}");
    }

    @Test
    void notes_of_many_attempts_are_written_at_once() {
      var worker =
          recorded(attempt -> {
            attempt.notes().output("text");
            return DONE;
          });
      enqueue(Spec.of("greet"), 50);

      worker.claim();
      worker.run();
      worker.settle();

      assertThat(recorder.calls).hasSize(1);
      assertThat(recorder.contents()).hasSize(50);
    }

    @Test
    void a_store_that_takes_no_notes_does_not_keep_the_task_from_ending() {
      recorder.answer =
          notes -> {
            throw new StoreException("no right to", true, null);
          };
      var worker =
          recorded(attempt -> {
            attempt.notes().output("lost");
            return DONE;
          });
      var id = enqueue(Spec.of("greet"));

      worker.work();

      TaskRunAssert.assertThat(get(id)).isSuccessful();
    }

    @Test
    void what_is_told_after_it_is_forgotten() {
      var ran = new ArrayList<Attempt>();
      var worker = worker(recorder, recordingInto(ran));
      enqueue(Spec.of("greet"));
      worker.work();

      ran.getFirst().notes().output("late");
      ran.getFirst().notes().metadata(json("{}"));
      worker.note();

      assertThat(recorder.calls).isEmpty();
    }

    @Test
    void an_attempt_that_tells_nothing_costs_nothing() {
      var worker = recorded(attempt -> DONE);
      enqueue(Spec.of("greet"), 10);

      worker.work();
      worker.note();

      assertThat(recorder.calls).isEmpty();
    }

    private AttemptHandler recordingInto(List<Attempt> ran) {
      return attempt -> {
        ran.add(attempt);
        return DONE;
      };
    }
  }

  @Nested
  final class Facts_of_before {
    @Test
    void are_handed_to_the_next_attempt() {
      var found = new ArrayList<String>();
      var worker =
          recorded(attempt -> {
            found.add(attempt.notes().metadata().text());
            attempt.notes().metadata(json("{\"by\":" + attempt.number() + "}"));
            found.add(attempt.notes().metadata().text());
            if (attempt.number() == 1) {
              throw new IllegalStateException("not yet");
            }
            return DONE;
          });
      enqueue(Spec.of("greet").retry(TWO_TRIES));

      worker.work();
      worker.tick(Duration.ofSeconds(10));
      worker.work();

      assertThat(found).containsExactly("{}", "{\"by\":1}", "{\"by\":1}", "{\"by\":2}");
    }

    @Test
    void that_cannot_be_kept_fail_the_attempt_with_a_clear_word() {
      var worker =
          recorded(attempt -> {
            attempt.notes().metadata(json("[1]"));
            return DONE;
          });
      var id = enqueue(Spec.of("greet").retry(TWO_TRIES.withMaxAttempts(1)));

      worker.work();

      TaskRunAssert.assertThat(get(id)).isFailed();
      assertThat(get(id).result().lastError())
          .isEqualTo("metadata must be a JSON object, was ARRAY");
    }
  }
}
