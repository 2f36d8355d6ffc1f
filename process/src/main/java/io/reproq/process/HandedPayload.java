package io.reproq.process;

import io.reproq.process.ExecutorConfig.Payload;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A description on its way to a spawned child.
final class HandedPayload implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HandedPayload.class);

  /// Fits into an empty pipe everywhere, beside the line that came before.
  private static final int FITS_PIPE = 4000;

  private final List<String> arguments;
  private final byte @Nullable [] onStdin;
  private final @Nullable Path file;

  private HandedPayload(List<String> arguments, byte @Nullable [] onStdin, @Nullable Path file) {
    this.arguments = arguments;
    this.onStdin = onStdin;
    this.file = file;
  }

  /// Prepares it.
  ///
  /// @param folder where a file would be, private
  static HandedPayload of(Payload mode, byte[] description, Path folder, long resultId)
      throws IOException {
    return switch (mode) {
      case STDIN -> new HandedPayload(List.of("--payload-stdin"), description, null);
      case INLINE ->
          new HandedPayload(
              List.of("--payload-json", new String(description, StandardCharsets.UTF_8)),
              null,
              null);
      case FILE -> {
        // Made with mode 0600.
        var file = Files.createTempFile(folder, "reproq-payload-" + resultId + "-", ".json");
        Files.write(file, description);
        yield new HandedPayload(List.of("--payload-file", file.toString()), null, file);
      }
    };
  }

  List<String> arguments() {
    return arguments;
  }

  /// Gives the child its standard input and ends that. Does not wait for a child that does not
  /// read.
  void feed(OutputStream stdin) {
    if (onStdin != null && onStdin.length > FITS_PIPE) {
      Thread.ofPlatform().daemon().name("reproq-input").start(() -> write(stdin));
    } else {
      write(stdin);
    }
  }

  @Override
  public void close() {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      log.warn("cannot delete {}: {}", file, e.toString());
    }
  }

  private void write(OutputStream stdin) {
    try (stdin) {
      if (onStdin != null) {
        stdin.write(onStdin);
      }
    } catch (IOException e) {
      log.debug("a child did not read all of its input", e);
    }
  }
}
