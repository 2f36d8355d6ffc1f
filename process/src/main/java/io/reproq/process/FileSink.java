package io.reproq.process;

import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the output of an attempt in a file that its owner alone may read.
///
/// It has two sections, each headed by a line: `STDOUT:` and `STDERR:`. The second grows while the
/// attempt runs. The first is empty, except where standard output turns out to be no envelope. An
/// attempt without output has no file. A file that cannot be written costs its attempt the output,
/// and nothing else.
///
/// Contract: `worker-and-django`, section 4.8.
final class FileSink implements LogSink {
  private static final Logger log = LoggerFactory.getLogger(FileSink.class);
  private static final String HEAD = "STDOUT:\n";
  private static final String MIDDLE = "\nSTDERR:\n";

  private final Path file;
  private final Attempt attempt;
  private boolean begun;
  private boolean broken;

  FileSink(Path file, Attempt attempt) {
    this.file = file;
    this.attempt = attempt;
  }

  @Override
  public void append(String text) {
    guard(() -> {
      begin();
      write(text, StandardOpenOption.APPEND);
    });
  }

  @Override
  public void end(String stdout) {
    guard(() -> {
      if (!stdout.isEmpty()) {
        begin();
        var stderr = Files.readString(file).substring((HEAD + MIDDLE).length());
        write(HEAD + stdout + MIDDLE + stderr, StandardOpenOption.TRUNCATE_EXISTING);
      }
      if (begun) {
        write("\n", StandardOpenOption.APPEND);
      }
    });
  }

  private void begin() throws IOException {
    if (begun) {
      return;
    }
    Files.createDirectories(file.toAbsolutePath().getParent(), mode("rwx------"));
    Files.deleteIfExists(file);
    Files.createFile(file, mode("rw-------"));
    write(HEAD + MIDDLE, StandardOpenOption.APPEND);
    begun = true;
    attempt.notes().logsUri(file.toString());
  }

  private void write(String text, OpenOption how) throws IOException {
    Files.write(file, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.WRITE, how);
  }

  private void guard(Step step) {
    if (broken) {
      return;
    }
    try {
      step.take();
    } catch (IOException e) {
      broken = true;
      AttemptKeys.about(attempt, log.atWarn())
          .log("cannot keep output in {}: {}", file, e.toString());
    }
  }

  private static FileAttribute<?>[] mode(String permissions) {
    return Path.of("").getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  @FunctionalInterface
  private interface Step {
    void take() throws IOException;
  }
}
