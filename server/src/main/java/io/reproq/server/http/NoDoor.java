package io.reproq.server.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;

/// What is where nothing is.
public final class NoDoor implements Handler {
  @Override
  public void handle(Context ctx) {
    ctx.status(404).contentType(Paths.PLAIN).result("not found");
  }
}
