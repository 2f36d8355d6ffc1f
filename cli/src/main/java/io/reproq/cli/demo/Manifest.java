package io.reproq.cli.demo;

import io.reproq.json.CanonicalJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/// What was found in a folder, as it is written down.
///
/// @param root the folder
/// @param files sorted by path
/// @param failed what could not be read, sorted by path
record Manifest(String root, List<FileReport> files, List<Failed> failed) {
  Manifest {
    files = sorted(files, FileReport::path);
    failed = sorted(failed, Failed::path);
  }

  /// One file that could not be read, or folder that could not be listed.
  record Failed(String path, String reason) {}

  /// Writes it to `target`, all or nothing: a reader never sees half of it.
  void write(Path target) throws IOException {
    var draft = target.resolveSibling(target.getFileName() + "-draft");
    try (var channel =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      var bytes = ByteBuffer.wrap(json().getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// A line for each file, so that two manifests can be compared line by line.
  String json() {
    var out = new StringBuilder(256 * (files.size() + failed.size() + 1));
    CanonicalJson.appendString(out.append("{\"root\": "), root);
    list(
        out.append(",\n\"files\": "),
        files,
        file -> {
          CanonicalJson.appendString(out.append("{\"path\": "), file.path());
          out.append(", \"bytes\": ").append(file.bytes());
          CanonicalJson.appendString(out.append(", \"sha256\": "), file.sha256());
          CanonicalJson.appendString(out.append(", \"media_type\": "), file.media_type());
        });
    list(
        out.append(",\n\"failed\": "),
        failed,
        failure -> {
          CanonicalJson.appendString(out.append("{\"path\": "), failure.path());
          CanonicalJson.appendString(out.append(", \"reason\": "), failure.reason());
        });
    return out.append("}\n").toString();
  }

  private static <T> void list(
      StringBuilder out, List<T> items, java.util.function.Consumer<T> fields) {
    var separator = "[";
    for (var item : items) {
      out.append(separator).append('\n');
      fields.accept(item);
      out.append('}');
      separator = ",";
    }
    out.append(items.isEmpty() ? "[]" : "\n]");
  }

  /// By the bytes of their UTF-8, which is the order of `LC_ALL=C sort` and of Python.
  private static <T> List<T> sorted(List<T> items, Function<T, String> path) {
    return items.stream()
        .sorted(
            Comparator.comparing(
                item -> path.apply(item).getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned))
        .toList();
  }
}
