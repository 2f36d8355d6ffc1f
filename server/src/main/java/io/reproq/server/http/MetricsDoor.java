package io.reproq.server.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.reproq.server.door.Doors.MetricsSource;
import java.nio.charset.StandardCharsets;

/// Tells what is measured, in the form that was asked for.
public record MetricsDoor(MetricsSource source) implements Handler {
  @Override
  public void handle(Context ctx) {
    var page = source.render(ctx.header("Accept"));
    ctx.contentType(page.contentType()).result(page.body().getBytes(StandardCharsets.UTF_8));
  }
}
