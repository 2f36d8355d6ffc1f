package io.reproq.json;

import java.io.InputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads JSON text into a tree, as Python's `json.loads` does: integers of any length, a repeated
/// key's last value, and the bare words `NaN`, `Infinity` and `-Infinity`.
public final class JsonReader {
  /// Deeper documents are refused: a reader that recurses must not be at the mercy of its input.
  static final int MAX_DEPTH = 1000;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(Integer.MAX_VALUE)
                          .maxNameLength(Integer.MAX_VALUE)
                          .maxStringLength(Integer.MAX_VALUE)
                          .build())
                  .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                  .disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
          .build();

  private JsonReader() {}

  /// The tree of `text`.
  ///
  /// @throws InvalidJsonException when it is not one JSON document
  public static JsonNode read(String text) {
    try {
      return present(MAPPER.readTree(text));
    } catch (JacksonException e) {
      throw invalid(e);
    }
  }

  /// The tree of the UTF-8 bytes of `in`, which stays open.
  ///
  /// @throws InvalidJsonException when they are not one JSON document, or could not be read
  public static JsonNode read(InputStream in) {
    try {
      return present(MAPPER.readTree(in));
    } catch (JacksonException e) {
      throw invalid(e);
    }
  }

  private static JsonNode present(JsonNode tree) {
    if (tree.isMissingNode()) {
      throw new InvalidJsonException("not JSON: the text is empty");
    }
    return tree;
  }

  private static InvalidJsonException invalid(JacksonException e) {
    var where = e.getLocation();
    var place =
        where == null || where.getLineNr() < 1
            ? ""
            : " (line " + where.getLineNr() + ", column " + where.getColumnNr() + ")";
    return new InvalidJsonException("not JSON: " + e.getOriginalMessage() + place);
  }
}
