package io.reproq.server.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.reproq.server.door.Doors.HealthCheck;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says whether the database answers in time. All who ask at once share one check, so that a
/// database that hangs is not asked again by everybody who wonders.
public final class HealthDoor implements Handler {
  private static final Logger log = LoggerFactory.getLogger(HealthDoor.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final int UNHEALTHY = 503;

  private final HealthCheck check;
  private final AtomicReference<@Nullable CompletableFuture<Boolean>> running =
      new AtomicReference<>();

  public HealthDoor(HealthCheck check) {
    this.check = check;
  }

  @Override
  public void handle(Context ctx) throws InterruptedException {
    var isHealthy = isHealthy();
    ctx.contentType(Paths.PLAIN)
        .status(isHealthy ? 200 : UNHEALTHY)
        .result(isHealthy ? "ok" : "unhealthy");
  }

  private boolean isHealthy() throws InterruptedException {
    try {
      return shared().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.debug("no answer from the database in {}", PATIENCE);
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a check that cannot fail has failed", e);
    }
  }

  private CompletableFuture<Boolean> shared() {
    var mine = new CompletableFuture<Boolean>();
    var known = running.compareAndExchange(null, mine);
    if (known != null) {
      return known;
    }
    Thread.ofVirtual().name("reproq-health").start(() -> run(mine));
    return mine;
  }

  /// The edge to the store: whatever it throws means no.
  private void run(CompletableFuture<Boolean> answer) {
    var isHealthy = false;
    try {
      check.check();
      isHealthy = true;
    } catch (Exception | LinkageError | AssertionError e) {
      log.debug("the database does not answer", e);
    } finally {
      running.set(null);
      answer.complete(isHealthy);
    }
  }
}
