/// Metrics and traces of an embedded [io.reproq.Reproq] or a worker.
///
/// Each of [WorkerMetrics], [TaskMetrics], [OperationMetrics] and [Tracing] is switched on by
/// itself, with `on(builder)`; a program that wants traces too switches them on first, so that
/// durations are measured within spans.
package io.reproq.observe;
