package io.reproq.cli.config;

/// What a file or the environment says of a setting.
///
/// @param value as it stands there
/// @param name the key or the variable
/// @param place where that stands
public record Told(String value, String name, String place) {
  /// For the end of a message.
  public String where() {
    return name + " stands in " + place;
  }
}
