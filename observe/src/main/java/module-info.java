/// What a worker and its tasks show to the outside: metrics by Micrometer, traces by OpenTelemetry.
@org.jspecify.annotations.NullMarked
module io.reproq.observe {
  requires transitive io.opentelemetry.api;
  requires transitive io.opentelemetry.context;
  requires transitive io.reproq.core;
  requires transitive micrometer.core;
  requires java.management;
  requires jdk.management;
  requires org.slf4j;
  requires tools.jackson.databind;
  requires static transitive io.prometheus.metrics.tracer.common;
  requires static transitive org.jspecify;

  exports io.reproq.observe;
}
