package io.reproq.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.AppenderBase;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;

/// What a format makes of lines, without a console.
final class Lines {
  private final LogbackMDCAdapter threads = new LogbackMDCAdapter();
  private final StringBuilder written = new StringBuilder();
  private final LoggerContext loggers = new LoggerContext();

  Lines(Function<LogLine, String> format) {
    var encoder = new LineEncoder(format);
    var appender =
        new AppenderBase<ILoggingEvent>() {
          @Override
          protected void append(ILoggingEvent event) {
            written.append(new String(encoder.encode(event), StandardCharsets.UTF_8));
          }
        };
    appender.start();
    loggers.setMDCAdapter(threads);
    var root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.TRACE);
    root.addAppender(appender);
  }

  /// What is written when `logging` logs, by a process that is called `w1`, on a thread about which
  /// `thread` is known.
  String of(Map<String, String> thread, Consumer<Logger> logging) {
    written.setLength(0);
    loggers.putProperty("worker_id", "w1");
    thread.forEach(threads::put);
    try {
      logging.accept(loggers.getLogger("io.reproq.worker.Watch"));
    } finally {
      threads.clear();
    }
    return written.toString();
  }
}
