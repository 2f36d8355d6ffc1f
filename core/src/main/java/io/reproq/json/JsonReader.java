package io.reproq.json;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.json.JsonMapper;

/// Reads JSON text into a tree, as Python's `json.loads` does: integers of any length, a repeated
/// key's last value, and the bare words `NaN`, `Infinity` and `-Infinity`.
public final class JsonReader {
  /// Deeper documents are refused: a reader that recurses must not be at the mercy of its input.
  static final int MAX_DEPTH = 1000;

  private static final Set<String> OTHER_INFINITIES = Set.of("INF", "-INF", "+INF", "+Infinity");

  private static final String FOREIGN_HINT = " (or 'NaN'/'+INF'/'-INF')";

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
      var tree = MAPPER.readTree(text);
      if (tree.isMissingNode()) {
        throw new InvalidJsonException("not JSON: the text is empty");
      }
      if (text.contains("INF") || text.contains("+I")) {
        refuseOtherInfinities(text);
      }
      return tree;
    } catch (StreamConstraintsException e) {
      // Depth is the only limit set.
      throw tooDeep();
    } catch (MismatchedInputException e) {
      throw invalid("there is more behind the end of the document", e);
    } catch (JacksonException e) {
      throw invalid(e.getOriginalMessage(), e);
    }
  }

  /// The tree of the UTF-8 bytes of `in`, which stays open. A byte order mark is passed over.
  ///
  /// @throws InvalidJsonException when they are not one JSON document, or could not be read
  public static JsonNode read(InputStream in) {
    try {
      var text = decoded(in.readAllBytes());
      return read(text.startsWith("\uFEFF") ? text.substring(1) : text);
    } catch (IOException e) {
      throw new InvalidJsonException("cannot read the document: " + e.getMessage());
    }
  }

  static InvalidJsonException tooDeep() {
    return new InvalidJsonException(
        "not JSON that can be kept: nested deeper than " + MAX_DEPTH + " levels");
  }

  /// Jackson's own decoder takes overlong forms, and guesses at UTF-16.
  private static String decoded(byte[] utf8) {
    var bytes = ByteBuffer.wrap(utf8);
    var chars = CharBuffer.allocate(utf8.length);
    if (StandardCharsets.UTF_8.newDecoder().decode(bytes, chars, true).isError()) {
      throw new InvalidJsonException("not JSON: no UTF-8 from byte " + bytes.position() + " on");
    }
    return chars.flip().toString();
  }

  /// With the bare words, Jackson takes `INF`, `-INF`, `+INF` and `+Infinity` too.
  private static void refuseOtherInfinities(String text) {
    try (var parser = MAPPER.createParser(text)) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT
            && OTHER_INFINITIES.contains(parser.getString())) {
          throw new InvalidJsonException("not JSON: " + parser.getString() + " is no number");
        }
      }
    }
  }

  private static InvalidJsonException invalid(String reason, JacksonException e) {
    var where = e.getLocation();
    var place =
        where == null || where.getLineNr() < 1
            ? ""
            : " (line " + where.getLineNr() + ", column " + where.getColumnNr() + ")";
    // Jackson names settings that our users do not have, and words that are refused here.
    var end = reason.indexOf(": enable `");
    var plain = (end < 0 ? reason : reason.substring(0, end)).replace(FOREIGN_HINT, "");
    return new InvalidJsonException("not JSON: " + plain + place);
  }
}
