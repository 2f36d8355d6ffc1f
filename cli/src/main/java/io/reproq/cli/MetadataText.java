package io.reproq.cli;

import io.reproq.json.CanonicalJson;
import io.reproq.json.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What was noted about a task, for people.
final class MetadataText {
  private static final String PROGRESS = "progress";

  private MetadataText() {}

  /// How far the task is, as in `3/10 (30 %) resizing`; null when nothing tells.
  static @Nullable String progress(Json metadata) {
    var progress = metadata.tree().path(PROGRESS);
    if (!isProgress(progress)) {
      return null;
    }
    var done = progress.path("done").longValue();
    var total = progress.path("total").longValue();
    var message = progress.path("message").asString("").strip().replaceAll("\\s+", " ");
    var counts =
        total > 0
            ? "%d/%d (%d %%)".formatted(done, total, Math.round(100.0 * done / total))
            : Long.toString(done);
    return message.isEmpty() ? counts : counts + " " + message;
  }

  /// All else that was noted, as JSON; null when that is nothing.
  static @Nullable String rest(Json metadata) {
    var tree = metadata.tree();
    if (tree instanceof ObjectNode object && isProgress(object.path(PROGRESS))) {
      object.remove(PROGRESS);
    }
    return tree.isEmpty() ? null : CanonicalJson.write(tree);
  }

  private static boolean isProgress(JsonNode node) {
    return node.path("done").canConvertToLong()
        && node.path("done").isIntegralNumber()
        && node.path("total").canConvertToLong()
        && node.path("total").isIntegralNumber();
  }
}
