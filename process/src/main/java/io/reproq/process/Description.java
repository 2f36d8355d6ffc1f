package io.reproq.process;

import io.reproq.json.CanonicalJson;
import io.reproq.json.JsonReader;
import io.reproq.worker.Attempt;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.node.ObjectNode;

/// The description of a task as its child gets it: the canonical text of its spec, with the results
/// of its predecessors in the place of arguments where it is to get those.
final class Description {
  private final byte[] utf8;

  private Description(byte[] utf8) {
    this.utf8 = utf8;
  }

  static Description of(Attempt attempt) {
    var spec = attempt.spec();
    var text = spec.withResults() ? withResults(attempt) : spec.text();
    return new Description(text.getBytes(StandardCharsets.UTF_8));
  }

  /// In bytes.
  int size() {
    return utf8.length;
  }

  /// Not to be changed.
  byte[] utf8() {
    return utf8;
  }

  private static String withResults(Attempt attempt) {
    var payload = attempt.payload();
    var described = (ObjectNode) JsonReader.read(attempt.spec().text());
    described.set("args", payload.args().tree());
    described.set("kwargs", payload.kwargs().tree());
    return CanonicalJson.write(described);
  }
}
