package io.reproq;

import io.reproq.json.Json;
import io.reproq.store.Completed;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptHandler;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A user's handler as the engine sees it: JSON in, an outcome out.
final class HandlerAdapter {
  private HandlerAdapter() {}

  static <P extends @Nullable Object, R extends @Nullable Object> AttemptHandler of(
      TaskType<P, R> type, TaskHandler<P, R> handler) {
    return attempt -> {
      var payload = PayloadJson.decode(attempt.payload(), type.payload());
      var result = handler.handle(new Context(attempt), payload);
      return new Outcome.Succeeded(PayloadJson.encodeResult(result));
    };
  }

  /// `handler`, with the exceptions that mean something turned into what they mean.
  static AttemptHandler interpreting(AttemptHandler handler) {
    return attempt -> {
      try {
        return handler.run(attempt);
      } catch (Snooze e) {
        return new Outcome.Snoozed(e.delay());
      } catch (PermanentFailure e) {
        return new Outcome.Failed(Failure.of(FailureKind.APP_ERROR, e), false);
      } catch (PayloadJson.Mismatch e) {
        return new Outcome.Failed(
            Failure.of(FailureKind.INVALID_SPEC, String.valueOf(e.getMessage())), false);
      }
    };
  }

  private record Context(Attempt of) implements TaskContext {
    @Override
    public long resultId() {
      return of.resultId();
    }

    @Override
    public int attempt() {
      return of.number();
    }

    @Override
    public String taskPath() {
      return of.spec().taskPath();
    }

    @Override
    public String queue() {
      return of.spec().queue();
    }

    @Override
    public List<Json> results() {
      return of.results();
    }

    @Override
    public Json metadata() {
      return of.notes().metadata();
    }

    @Override
    public void note(Json facts) {
      of.notes().change(known -> Facts.replacing(known, facts));
    }

    @Override
    public void note(Map<String, ? extends @Nullable Object> facts) {
      note(PayloadJson.encodeResult(facts));
    }

    @Override
    public void progress(long done, long total, String message) {
      of.notes().change(known -> Facts.progressed(known, done, total, message));
    }

    @Override
    public boolean isStopping() {
      return of.isStopping();
    }

    @Override
    @SuppressWarnings("NullAway") // What work returned is null only where R says so.
    public <R extends @Nullable Object> R completeWith(CompletingWork<R> work) throws Exception {
      var returned = new AtomicReference<@Nullable R>();
      var completed =
          of.completeWith(connection -> {
            var value = work.run(connection);
            returned.set(value);
            return new Outcome.Succeeded(PayloadJson.encodeResult(value));
          });
      return switch (completed) {
        case Completed.Done done -> returned.get();
        case Completed.Stale stale -> throw new TaskLostException(resultId(), attempt());
        case Completed.Undone(var cause) -> throw cause;
      };
    }
  }
}
