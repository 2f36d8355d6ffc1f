package io.reproq.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;

/// The logging of a process that brings no `logback.xml` of its own: warnings and worse to standard
/// error. Commands that want more say so with [#choose] before anything logs.
///
/// Written in Java because reading XML would take a good part of a command's start.
@ConfiguratorRank(ConfiguratorRank.FALLBACK + 1) // After the one that looks for a logback.xml.
public final class ConsoleLogging extends ContextAwareBase implements Configurator {
  private static final String LEVEL = "reproq.log.level";
  private static final String STREAM = "reproq.log.stream";
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z', UTC} %-5level [%thread] %logger{30} - %msg%n";

  /// Sets what is logged and where, unless the JVM was started with other words for it.
  public static void choose(String level, Stream stream) {
    if (System.getProperty(LEVEL) == null) {
      System.setProperty(LEVEL, level);
    }
    if (System.getProperty(STREAM) == null) {
      System.setProperty(STREAM, stream.target);
    }
  }

  @Override
  public ExecutionStatus configure(LoggerContext loggers) {
    var encoder = new PatternLayoutEncoder();
    encoder.setContext(loggers);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setPattern(PATTERN);
    encoder.start();
    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(loggers);
    appender.setName("console");
    appender.setTarget(System.getProperty(STREAM, Stream.ERROR.target));
    appender.setEncoder(encoder);
    appender.start();
    var root = loggers.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.toLevel(System.getProperty(LEVEL), Level.WARN));
    root.addAppender(appender);
    // The pool tells of every lost connection with a stack trace; the loops say it in a line.
    loggers
        .getLogger("com.zaxxer.hikari")
        .setLevel(root.getLevel() == Level.DEBUG ? Level.DEBUG : Level.ERROR);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /// Where log lines can go.
  public enum Stream {
    OUTPUT("System.out"),
    ERROR("System.err");

    private final String target;

    Stream(String target) {
      this.target = target;
    }
  }
}
