package io.reproq.cli.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/// Writes events as lines of one format, in UTF-8. What must not be seen is out of them before a
/// format sees them.
final class LineEncoder extends EncoderBase<ILoggingEvent> {
  private final Function<LogLine, String> format;

  LineEncoder(Function<LogLine, String> format) {
    this.format = format;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    return format.apply(LogLine.of(event)).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }
}
