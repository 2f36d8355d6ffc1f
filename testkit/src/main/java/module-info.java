/// For tests: a settable clock, a manual worker, and the contract that every store passes.
@org.jspecify.annotations.NullMarked
module io.reproq.testkit {
  requires transitive io.reproq.core;
  requires transitive org.junit.jupiter.api;
  requires org.assertj.core;
  requires static transitive org.jspecify;
}
