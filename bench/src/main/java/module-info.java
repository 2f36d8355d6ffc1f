/// Measures Reproq beside what the machine could do without it. Not shipped.
@org.jspecify.annotations.NullMarked
module io.reproq.bench {
  requires io.reproq.core;
  requires io.reproq.jdbc;
  requires io.reproq.observe;
  requires io.reproq.process;
  requires embedded.postgres;
  requires java.management;
  requires java.sql;
  requires jdk.management;
  requires static org.jspecify;
  requires static org.checkerframework.checker.qual;
  requires micrometer.core;
  requires micrometer.registry.prometheus;
  requires org.postgresql.jdbc;
  requires tools.jackson.databind;

  // To the reader of statements its file of them, to the writer of JSON the reports.
  opens io.reproq.bench to
      io.reproq.jdbc,
      tools.jackson.databind;
}
