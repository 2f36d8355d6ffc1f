package io.reproq.cli.worker;

import io.reproq.ReproqBuilder;
import io.reproq.clock.TimeSource;
import io.reproq.server.ServerConfig;
import io.reproq.server.events.TaskEvents.Teller;
import org.jspecify.annotations.Nullable;

/// What a worker tells of itself and its tasks, beside its log: traces where the environment asks
/// for them, metrics and events where somebody can ask for those.
public final class Telemetry implements AutoCloseable {
  private final Traces traces;
  private final @Nullable ServerConfig http;
  private final @Nullable Measures measures;

  /// @param http null when it answers nobody
  /// @param teller who tells of its tasks
  public Telemetry(Traces traces, @Nullable ServerConfig http, Teller teller) {
    this.traces = traces;
    this.http = http;
    this.measures = http == null ? null : new Measures(teller, TimeSource.system());
  }

  /// Lets what `builder` opens be told of.
  public ReproqBuilder on(ReproqBuilder builder) {
    var traced = traces.on(builder);
    return measures == null ? traced : measures.on(traced);
  }

  /// Begins to answer over HTTP what is asked of `run`, where it is to and can.
  public HttpSide serve(WorkerRun run) {
    return http == null || measures == null ? HttpSide.NONE : HttpSide.start(http, run, measures);
  }

  @Override
  public void close() {
    if (measures != null) {
      measures.close();
    }
    traces.close();
  }
}
