package io.reproq.store;

import io.reproq.json.InvalidJsonException;
import io.reproq.json.Json;
import io.reproq.task.ClaimId;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/// Something that a running attempt tells of itself. (result_id, claim_id) is its fence.
public record Note(long resultId, ClaimId claimId, Content content) {

  /// What is told.
  public sealed interface Content {}

  /// Facts about the task, in the place of those that were noted before.
  ///
  /// @param object a JSON object of at most [#MAX_BYTES], made canonical; without NUL, lone
  ///   surrogates, `NaN` and infinities, which not every store can keep
  public record Metadata(Json object) implements Content {
    /// How long the canonical text may be in UTF-8.
    public static final int MAX_BYTES = 64 * 1024;

    /// @throws IllegalArgumentException when it is anything else; the message says what to do
    public Metadata {
      object = canonical(object);
    }

    private static Json canonical(Json given) {
      try {
        var tree = given.tree();
        if (!tree.isObject()) {
          throw new IllegalArgumentException(
              "metadata must be a JSON object, was " + tree.getNodeType());
        }
        check(tree);
        var canonical = given.canonical();
        var bytes = canonical.text().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
          throw new IllegalArgumentException(
              "metadata may have %d bytes of JSON, has %d; keep what is big elsewhere, and note where"
                  .formatted(MAX_BYTES, bytes));
        }
        return canonical;
      } catch (InvalidJsonException e) {
        throw new IllegalArgumentException("metadata cannot be kept: " + e.getMessage(), e);
      }
    }

    private static void check(JsonNode node) {
      if (node.isString()) {
        checkText(node.stringValue());
      } else if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
        throw new IllegalArgumentException(
            "metadata cannot hold " + node.doubleValue() + "; say it in words or leave it out");
      }
      for (var property : node.properties()) {
        checkText(property.getKey());
        check(property.getValue());
      }
      if (node.isArray()) {
        node.values().forEach(Metadata::check);
      }
    }

    private static void checkText(String text) {
      if (text.indexOf(0) >= 0) {
        throw new IllegalArgumentException(
            "metadata cannot hold the character U+0000; leave it out of '"
                + text.replace('\0', '\uFFFD')
                + "'");
      }
    }
  }

  /// Where the output of the attempt is kept, when that is not this store.
  ///
  /// @param uri a path or an address, not empty
  public record LogsUri(String uri) implements Content {
    public LogsUri {
      if (uri.isEmpty()) {
        throw new IllegalArgumentException("logs_uri must be a path or an address, was empty");
      }
      uri = Texts.safe(uri);
    }
  }

  /// A piece of the attempt's output, to be kept behind those that came before. Sent again it is
  /// kept once.
  ///
  /// @param start how many characters of the attempt's output come before it
  /// @param text not empty; what no database can carry is replaced, character by character
  public record Output(long start, String text) implements Content {
    public Output {
      if (start < 0) {
        throw new IllegalArgumentException("start must not be negative, was " + start);
      }
      if (text.isEmpty()) {
        throw new IllegalArgumentException("a piece of output must not be empty");
      }
      text = Texts.safe(text);
    }
  }
}
