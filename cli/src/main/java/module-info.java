/// The command line.
@org.jspecify.annotations.NullMarked
module io.reproq.cli {
  requires ch.qos.logback.classic;
  requires ch.qos.logback.core;
  requires info.picocli;
  requires io.opentelemetry.api;
  requires io.opentelemetry.sdk;
  requires io.opentelemetry.sdk.autoconfigure;
  requires io.opentelemetry.sdk.autoconfigure.spi;
  requires io.reproq.core;
  requires io.reproq.jdbc;
  requires io.reproq.observe;
  requires io.reproq.process;
  requires io.reproq.server;
  requires io.prometheus.metrics.model;
  requires io.prometheus.metrics.tracer.common;
  requires micrometer.core;
  requires micrometer.registry.prometheus;
  requires java.management;
  requires java.net.http;
  requires jdk.unsupported;
  requires jul.to.slf4j;
  requires org.slf4j;
  requires static org.jspecify;
  requires tools.jackson.dataformat.toml;
  requires tools.jackson.core;
  requires tools.jackson.dataformat.yaml;

  opens io.reproq.cli to
      info.picocli;
  opens io.reproq.cli.database to
      info.picocli;
  opens io.reproq.cli.config to
      info.picocli;
  opens io.reproq.cli.option to
      info.picocli;
  opens io.reproq.cli.look to
      info.picocli;
  opens io.reproq.cli.torture to
      info.picocli;
  opens io.reproq.cli.limit to
      info.picocli;
  opens io.reproq.cli.demo to
      info.picocli,
      tools.jackson.databind;

  provides ch.qos.logback.classic.spi.Configurator with
      io.reproq.cli.log.ConsoleLogging;
}
