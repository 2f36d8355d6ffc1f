/// Tasks whose code runs in child processes of the worker.
@org.jspecify.annotations.NullMarked
module io.reproq.process {
  requires transitive io.reproq.core;
  requires org.slf4j;
  requires tools.jackson.core;
  requires static transitive org.jspecify;

  exports io.reproq.process;
}
