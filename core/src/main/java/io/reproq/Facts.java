package io.reproq;

import io.reproq.json.CanonicalJson;
import io.reproq.json.Json;
import io.reproq.store.Texts;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a handler notes about its task: facts of its own, and beside them how far it is.
final class Facts {
  private static final String PROGRESS = "progress";

  private Facts() {}

  /// `facts` in the place of `known`, of which the progress stays where they have none.
  static Json replacing(Json known, Json facts) {
    var progress = object(known).get(PROGRESS);
    var tree = facts.tree();
    if (progress != null && tree instanceof ObjectNode object && !object.has(PROGRESS)) {
      object.set(PROGRESS, progress);
      return new Json(CanonicalJson.write(object));
    }
    return facts;
  }

  /// `known` with another progress.
  static Json progressed(Json known, long done, long total, String message) {
    if (done < 0 || total < 0) {
      throw new IllegalArgumentException("progress counts from 0, was " + done + " of " + total);
    }
    var progress = JsonNodeFactory.instance.objectNode();
    // Nobody's task should fail for a character in a message.
    progress.put("done", done).put("total", total).put("message", Texts.safe(message));
    var object = object(known);
    object.set(PROGRESS, progress);
    return new Json(CanonicalJson.write(object));
  }

  /// What is known, as an object also where another program has left something else.
  private static ObjectNode object(Json known) {
    return known.tree() instanceof ObjectNode object
        ? object
        : JsonNodeFactory.instance.objectNode();
  }
}
