package io.reproq.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;
import org.slf4j.LoggerFactory;

/// The logging of a process that brings no `logback.xml` of its own: warnings and worse to standard
/// error. Commands that want more say so with [#choose] before anything logs.
///
/// Written in Java because reading XML would take a good part of a command's start.
@ConfiguratorRank(ConfiguratorRank.FALLBACK + 1) // After the one that looks for a logback.xml.
public final class ConsoleLogging extends ContextAwareBase implements Configurator {
  private static final String LEVEL = "reproq.log.level";
  private static final String STREAM = "reproq.log.stream";
  private static final String FORMAT = "reproq.log.format";

  /// Sets what is logged and where, for people, unless the JVM was started with other words for it.
  public static void choose(String level, Stream stream) {
    choose(LEVEL, level);
    choose(STREAM, stream.target);
  }

  /// The same for a service, which logs to standard output.
  public static void chooseService(String level, Format format) {
    choose(level, Stream.OUTPUT);
    choose(FORMAT, format.name());
  }

  private static void choose(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /// From now on every line of this process says which worker it is.
  public static void nameWorker(String name) {
    say("worker_id", name);
  }

  /// From now on every line of this process says what the process is there for. A line for people
  /// does so only where that is not `usual`.
  public static void nameRole(String role, String usual) {
    if (isJson() || !role.equals(usual)) {
      say(LogLine.ROLE, role);
    }
  }

  private static boolean isJson() {
    return Format.JSON.name().equals(System.getProperty(FORMAT));
  }

  private static void say(String key, String value) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers) {
      loggers.putProperty(key, value);
    }
  }

  @Override
  public ExecutionStatus configure(LoggerContext loggers) {
    var encoder = new LineEncoder(isJson() ? JsonFormat::write : TextFormat::write);
    encoder.setContext(loggers);
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
    // What they tell of their own starts and stops, we tell in a line.
    for (var library : List.of("io.javalin", "org.eclipse.jetty")) {
      loggers.getLogger(library).setLevel(root.getLevel() == Level.DEBUG ? Level.INFO : Level.WARN);
    }
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /// What lines can look like.
  public enum Format {
    /// One object a line.
    JSON,
    /// For people.
    TEXT
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
