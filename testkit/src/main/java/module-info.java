/// For tests: a settable clock, a manual worker, and the contract that every store passes.
@org.jspecify.annotations.NullMarked
module io.reproq.testkit {
  requires transitive io.reproq.core;
  requires transitive org.assertj.core;
  requires transitive org.junit.jupiter.api;
  requires static transitive org.jspecify;

  exports io.reproq.testkit;

  opens io.reproq.testkit to
      org.junit.platform.commons;
}
