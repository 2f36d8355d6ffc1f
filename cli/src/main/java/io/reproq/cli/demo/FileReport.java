package io.reproq.cli.demo;

/// What reading a file came to. Its components have the names that they have in JSON.
///
/// @param path below the root, as the task had it
/// @param bytes how many were read
/// @param sha256 of these bytes, in lower-case hex
record FileReport(String path, long bytes, String sha256, String media_type) {}
