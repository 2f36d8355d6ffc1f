package io.reproq.cli;

import io.reproq.cli.option.Surroundings;
import io.reproq.task.TraceContext;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/// The trace in which a command is started, as the environment of command line tools has it.
final class StartedTrace {
  private StartedTrace() {}

  /// Reads it; empty where there is none, or none that can be read.
  static Optional<TraceContext> of(Surroundings surroundings) {
    var parent = surroundings.variable(TraceContext.PARENT_VARIABLE, "");
    var trace = TraceContext.of(parent, surroundings.variable(TraceContext.STATE_VARIABLE, ""));
    if (trace.isEmpty() && !parent.isEmpty()) {
      LoggerFactory.getLogger(StartedTrace.class)
          .debug(
              "{} of the environment is ignored: not a W3C traceparent: {}",
              TraceContext.PARENT_VARIABLE,
              parent);
    }
    return trace;
  }
}
