package io.reproq;

import io.reproq.json.CanonicalJson;
import io.reproq.json.Json;
import io.reproq.task.Outcome;
import io.reproq.task.Payload;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptHandler;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The tasks for trying and testing that every worker runs.
///
/// | path | does |
/// |---|---|
/// | `reproq.noop` | nothing |
/// | `reproq.sleep {"millis": n}` | takes n milliseconds |
/// | `reproq.fail {"message": s}` | fails with that message, every time |
/// | `reproq.flaky {"failures": n}` | fails n attempts, then succeeds |
/// | `reproq.echo` | returns its arguments |
final class BuiltInTasks {
  static final Map<String, AttemptHandler> ALL =
      Map.of(
          "reproq.noop", attempt -> new Outcome.Succeeded(Json.NULL),
          "reproq.sleep", BuiltInTasks::sleep,
          "reproq.fail", BuiltInTasks::fail,
          "reproq.flaky", BuiltInTasks::flaky,
          "reproq.echo", attempt -> new Outcome.Succeeded(echo(attempt.payload())));

  private BuiltInTasks() {}

  record Sleep(long millis) {}

  record Fail(String message) {}

  record Flaky(int failures) {}

  private static Outcome sleep(Attempt attempt) throws InterruptedException {
    var millis = argument(attempt, Sleep.class).millis();
    // Nobody counts it down: only an interruption ends the wait before its time.
    var over = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    return new Outcome.Succeeded(PayloadJson.encodeResult(over ? 0 : millis));
  }

  private static Outcome fail(Attempt attempt) {
    throw new IllegalStateException(argument(attempt, Fail.class).message());
  }

  private static Outcome flaky(Attempt attempt) {
    var failures = argument(attempt, Flaky.class).failures();
    if (attempt.number() <= failures) {
      throw new IllegalStateException("attempt " + attempt.number() + " fails, as asked");
    }
    return new Outcome.Succeeded(PayloadJson.encodeResult(attempt.number()));
  }

  private static Json echo(Payload payload) {
    var args = payload.args().tree();
    if (args.isEmpty()) {
      return payload.kwargs();
    }
    if (payload.kwargs().tree().isEmpty()) {
      return args.size() == 1 ? new Json(CanonicalJson.write(args.get(0))) : payload.args();
    }
    return new Json("{\"args\":" + payload.args() + ",\"kwargs\":" + payload.kwargs() + "}");
  }

  private static <T> T argument(Attempt attempt, Class<T> type) {
    return PayloadJson.decode(attempt.payload(), type);
  }
}
