package io.reproq.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/// The files of test vectors among the test resources.
final class Vectors {
  private Vectors() {}

  static String text(String file) {
    try (var in = Vectors.class.getResourceAsStream("/contract/" + file)) {
      return new String(Objects.requireNonNull(in, file).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
