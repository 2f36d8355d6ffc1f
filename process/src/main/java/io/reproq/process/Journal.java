package io.reproq.process;

import io.reproq.json.Json;
import io.reproq.worker.Attempt;

/// What an attempt tells of itself while it runs. Nothing of it waits or fails.
interface Journal {
  /// What was noted last, by this attempt or an earlier one.
  Json metadata();

  /// Replaces what was noted.
  ///
  /// @throws IllegalArgumentException when `object` is none, or too large
  void metadata(Json object);

  /// Says where the output is kept when it is not told here.
  void logsUri(String uri);

  /// Appends to the output.
  void output(String text);

  static Journal of(Attempt attempt) {
    return new Journal() {
      @Override
      public Json metadata() {
        return Json.EMPTY_OBJECT;
      }

      @Override
      public void metadata(Json object) {}

      @Override
      public void logsUri(String uri) {}

      @Override
      public void output(String text) {}
    };
  }
}
