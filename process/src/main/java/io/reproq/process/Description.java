package io.reproq.process;

import io.reproq.json.CanonicalJson;
import io.reproq.json.JsonReader;
import io.reproq.worker.Attempt;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.node.ObjectNode;

/// The description of a task as its child gets it: the canonical text of its spec, with the results
/// of its predecessors in the place of arguments where it is to get those.
final class Description {
  private Description() {}

  /// UTF-8.
  static byte[] of(Attempt attempt) {
    var spec = attempt.spec();
    var text = spec.withResults() ? withResults(attempt) : spec.text();
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String withResults(Attempt attempt) {
    var payload = attempt.payload();
    var described = (ObjectNode) JsonReader.read(attempt.spec().text());
    described.set("args", payload.args().tree());
    described.set("kwargs", payload.kwargs().tree());
    return CanonicalJson.write(described);
  }
}
