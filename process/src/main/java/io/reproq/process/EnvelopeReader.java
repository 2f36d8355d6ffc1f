package io.reproq.process;

import io.reproq.json.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// Reads one [Envelope] from its text. Stricter than what reads descriptions: `NaN` and `Infinity`
/// are no JSON, and not every store keeps them.
final class EnvelopeReader {
  private static final int MAX_DEPTH = 1000;
  private static final int CLASS_CHARACTERS = 256;
  private static final int MESSAGE_CHARACTERS = 8192;
  private static final int TRACEBACK_CHARACTERS = 16_384;
  private static final int REASON_CHARACTERS = 300;

  /// The size of the text is limited where it is captured.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private final String text;
  private @Nullable Boolean ok;
  private Json value = Json.NULL;
  private @Nullable String exceptionClass;
  private String message = "";
  private @Nullable String traceback;

  private EnvelopeReader(String text) {
    this.text = text;
  }

  static Envelope read(String text) {
    if (text.isBlank()) {
      return new Envelope.Unreadable("unexpected end of JSON input");
    }
    try (var parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      return new EnvelopeReader(text).read(parser);
    } catch (JacksonException e) {
      return new Envelope.Unreadable(SafeText.of(e.getOriginalMessage(), REASON_CHARACTERS));
    }
  }

  private Envelope read(JsonParser parser) {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return new Envelope.Unreadable("it is no object");
    }
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      field(parser.currentName(), parser);
    }
    if (parser.nextToken() != null) {
      return new Envelope.Unreadable("there is more behind the end of the document");
    }
    if (ok == null) {
      return new Envelope.Unreadable("it does not say \"ok\": true or false");
    }
    return ok
        ? new Envelope.Returned(value)
        : new Envelope.Raised(exceptionClass, message, traceback);
  }

  private void field(String name, JsonParser parser) {
    var token = parser.nextToken();
    switch (name) {
      case "ok" -> ok = token.isBoolean() ? token == JsonToken.VALUE_TRUE : null;
      case "return" -> value = verbatim(parser);
      case "exception_class" -> exceptionClass = words(parser, CLASS_CHARACTERS);
      case "message" -> {
        var words = words(parser, MESSAGE_CHARACTERS);
        message = words == null ? "" : words;
      }
      case "traceback" -> traceback = words(parser, TRACEBACK_CHARACTERS);
      default -> parser.skipChildren();
    }
  }

  private @Nullable String words(JsonParser parser, int most) {
    return switch (parser.currentToken()) {
      case VALUE_NULL -> null;
      case VALUE_STRING -> SafeText.of(parser.getString(), most);
      default -> SafeText.of(verbatim(parser).text(), most);
    };
  }

  /// The text of the value that the parser stands before, which it passes over.
  private Json verbatim(JsonParser parser) {
    var start = (int) parser.currentTokenLocation().getCharOffset();
    parser.skipChildren();
    parser.finishToken();
    return new Json(text.substring(start, (int) parser.currentLocation().getCharOffset()).strip());
  }
}
