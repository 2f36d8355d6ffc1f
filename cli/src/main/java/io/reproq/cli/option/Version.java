package io.reproq.cli.option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// Which release this is.
public final class Version {
  private static final String RESOURCE = "version.properties";

  private Version() {}

  /// The number alone, as in `1.2.3`: of the release, or of the one that this build leads to.
  public static String number() {
    try (var in = Version.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing beside " + Version.class.getName());
      }
      var line = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
      return line.substring(line.indexOf('=') + 1).replace("-SNAPSHOT", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The line that `reproq version` prints.
  public static String line() {
    return "reproq version " + number();
  }
}
