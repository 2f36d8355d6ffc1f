package io.reproq.cli.demo;

import tools.jackson.databind.JsonNode;

/// What reading a file came to. Its components have the names that they have in JSON.
///
/// @param path below the root, as the task had it
/// @param bytes how many were read
/// @param sha256 of these bytes, in lower-case hex
record FileReport(String path, long bytes, String sha256, String media_type) {

  /// The report that a task returned.
  static FileReport of(JsonNode value) {
    return new FileReport(
        value.path("path").stringValue(""),
        value.path("bytes").longValue(0),
        value.path("sha256").stringValue(""),
        value.path("media_type").stringValue(""));
  }
}
