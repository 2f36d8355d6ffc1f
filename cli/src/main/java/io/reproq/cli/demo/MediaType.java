package io.reproq.cli.demo;

import java.net.URLConnection;
import java.util.Locale;
import java.util.Map;

/// What a file holds, by the end of its name. The same on every machine.
final class MediaType {
  private static final String UNKNOWN = "application/octet-stream";

  /// What the platform's own table does not know.
  private static final Map<String, String> MORE =
      Map.ofEntries(
          Map.entry("bz2", "application/x-bzip2"),
          Map.entry("css", "text/css"),
          Map.entry("csv", "text/csv"),
          Map.entry("gz", "application/gzip"),
          Map.entry("jar", "application/java-archive"),
          Map.entry("js", "text/javascript"),
          Map.entry("json", "application/json"),
          Map.entry("log", "text/plain"),
          Map.entry("md", "text/markdown"),
          Map.entry("py", "text/x-python"),
          Map.entry("rst", "text/x-rst"),
          Map.entry("sh", "application/x-sh"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("toml", "application/toml"),
          Map.entry("webp", "image/webp"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("xz", "application/x-xz"),
          Map.entry("yaml", "application/yaml"),
          Map.entry("yml", "application/yaml"),
          Map.entry("zst", "application/zstd"));

  private MediaType() {}

  /// The media type of a file with that path, `application/octet-stream` when nothing is known.
  static String of(String path) {
    var name = path.substring(path.lastIndexOf('/') + 1);
    var dot = name.lastIndexOf('.');
    var known = MORE.get(name.substring(dot + 1).toLowerCase(Locale.ROOT));
    if (known != null && dot >= 0) {
      return known;
    }
    // The platform's table takes what follows a '#' for a fragment.
    var guessed = URLConnection.guessContentTypeFromName(name.replace('#', '_'));
    return guessed == null ? UNKNOWN : guessed;
  }
}
