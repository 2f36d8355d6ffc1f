package io.reproq.server.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.reproq.server.door.Doors.Readiness;

/// Says whether the worker is at work, and otherwise why not.
public record ReadyDoor(Readiness readiness) implements Handler {
  private static final int NOT_READY = 503;

  @Override
  public void handle(Context ctx) {
    var obstacle = readiness.obstacle();
    ctx.contentType(Paths.PLAIN)
        .status(obstacle == null ? 200 : NOT_READY)
        .result(obstacle == null ? "ready" : obstacle);
  }
}
