package io.reproq.json;

import tools.jackson.databind.JsonNode;

/// One JSON document, kept as the text it came as. Immutable.
///
/// @param text well-formed JSON, not necessarily canonical
public record Json(String text) {
  public static final Json NULL = new Json("null");
  public static final Json EMPTY_ARRAY = new Json("[]");
  public static final Json EMPTY_OBJECT = new Json("{}");

  /// Reads `text` and checks it.
  ///
  /// @throws InvalidJsonException when it is not one JSON document; the message says where
  public static Json parse(String text) {
    JsonReader.read(text);
    return new Json(text);
  }

  /// The document as a tree. Numbers keep every digit of an integer.
  ///
  /// @throws InvalidJsonException when the text is not one JSON document
  public JsonNode tree() {
    return JsonReader.read(text);
  }

  /// The same document in canonical form: two documents that mean the same have the same one.
  ///
  /// @throws InvalidJsonException when the text is not one JSON document, or holds a lone surrogate
  public Json canonical() {
    return new Json(CanonicalJson.write(tree()));
  }

  @Override
  public String toString() {
    return text;
  }
}
