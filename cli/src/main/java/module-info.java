/// The command line.
@org.jspecify.annotations.NullMarked
module io.reproq.cli {
  requires ch.qos.logback.classic;
  requires info.picocli;
  requires io.reproq.core;
  requires org.slf4j;
  requires static org.jspecify;
}
