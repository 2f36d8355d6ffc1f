/// Measures Reproq beside what the machine could do without it. Not shipped.
@org.jspecify.annotations.NullMarked
module io.reproq.bench {
  requires io.reproq.core;
  requires java.management;
  requires jdk.management;
  requires static org.jspecify;
  requires tools.jackson.databind;

  opens io.reproq.bench to
      tools.jackson.databind;
}
