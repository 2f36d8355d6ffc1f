package io.reproq.cli.demo;

import io.reproq.PermanentFailure;
import io.reproq.TaskContext;
import io.reproq.TaskHandler;
import io.reproq.cli.option.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Reads a file from end to end, in pieces. Safe for use by many threads.
final class FileReader implements TaskHandler<FileTask, FileReport> {
  private static final int PIECE = 1 << 16;

  @Override
  public FileReport handle(TaskContext context, FileTask task) throws IOException {
    if (!task.legible()) {
      throw new PermanentFailure("the name is not valid UTF-8");
    }
    try {
      return read(task, Path.of(task.root()).resolve(task.path()));
    } catch (IOException e) {
      throw new IOException("cannot read: " + CommandFailure.reason(e), e);
    }
  }

  private static FileReport read(FileTask task, Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.exists(file)) {
      throw new IOException("no regular file any more");
    }
    var digest = sha256();
    var total = 0L;
    try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      var piece = new byte[Math.clamp(task.bytes() + 1, 1, PIECE)];
      for (var read = in.read(piece); read >= 0; read = in.read(piece)) {
        digest.update(piece, 0, read);
        total += read;
      }
    }
    var sum = HexFormat.of().formatHex(digest.digest());
    return new FileReport(task.path(), total, sum, MediaType.of(task.path()));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256, this one does not", e);
    }
  }
}
