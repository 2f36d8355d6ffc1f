package io.reproq.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class JsonReaderTest {
  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n\t\r"})
  void an_empty_text_is_no_document(String text) {
    assertThatThrownBy(() -> Json.parse(text))
        .isInstanceOf(InvalidJsonException.class)
        .hasMessage("not JSON: the text is empty");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1 2", "{} {}", "[] x", "null,", "{}}"})
  void text_behind_the_document_is_refused(String text) {
    assertThatThrownBy(() -> Json.parse(text))
        .isInstanceOf(InvalidJsonException.class)
        .hasMessageStartingWith("not JSON: ")
        .hasMessageContaining("line 1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tru",
        "nul",
        "'a'",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{a:1}",
        "\"a",
        "[1",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "0x1",
        "/**/1",
        "\"\u0001\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\u00a01",
        "\ufeff1",
        "-NaN"
      })
  void what_python_refuses_is_refused(String text) {
    assertThatThrownBy(() -> Json.parse(text))
        .isInstanceOf(InvalidJsonException.class)
        .hasMessageStartingWith("not JSON: ")
        .hasMessageMatching("(?s).*\\(line 1, column \\d+\\)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"INF", "-INF", "+INF", "+Infinity", "[1,{\"a\":-INF}]", "+NaN"})
  void other_words_for_infinity_than_pythons_are_refused(String text) {
    assertThatThrownBy(() -> Json.parse(text))
        .isInstanceOf(InvalidJsonException.class)
        .hasMessageStartingWith("not JSON: ");
  }

  @Test
  void those_words_may_stand_in_strings_and_beside_the_right_ones() {
    assertThat(new Json("[\"INF\",\"+Infinity\",-Infinity,1e400]").canonical().text())
        .isEqualTo("[\"INF\",\"+Infinity\",-Infinity,Infinity]");
  }

  @Test
  void no_message_names_a_setting_of_the_parser() {
    for (var text : new String[] {"+1", "x", "1 2", "[".repeat(2_000), "'a'"}) {
      assertThatThrownBy(() -> Json.parse(text))
          .hasMessageNotContainingAny("Feature.", "StreamReadConstraints", "+INF", "JsonNode`");
    }
  }

  @Test
  void a_thousand_levels_are_read_and_one_more_is_refused() {
    assertThat(Json.parse("[".repeat(1_000) + "]".repeat(1_000)).canonical().text()).hasSize(2_000);
    assertThat(Json.parse("{\"a\":".repeat(999) + "[]" + "}".repeat(999)).tree().isObject())
        .isTrue();

    for (var opening : new String[] {"[", "{\"a\":"}) {
      assertThatThrownBy(() -> Json.parse(opening.repeat(1_001)))
          .isInstanceOf(InvalidJsonException.class)
          .hasMessage("not JSON that can be kept: nested deeper than 1000 levels");
      assertThatThrownBy(() -> Json.parse(opening.repeat(1_000_000)))
          .isInstanceOf(InvalidJsonException.class);
    }
  }

  @Test
  void the_text_is_kept_as_it_came() {
    assertThat(Json.parse(" { \"b\" : 1.0 } ")).hasToString(" { \"b\" : 1.0 } ");
  }

  @Test
  void bytes_are_read_as_utf_8_with_or_without_a_byte_order_mark() {
    var bytes = "\"\u00e9\ud83d\ude00\"".getBytes(StandardCharsets.UTF_8);

    assertThat(JsonReader.read(new ByteArrayInputStream(bytes)).stringValue())
        .isEqualTo("\u00e9\ud83d\ude00");
    assertThat(CanonicalJson.write(readHex("efbbbf5b315d"))).isEqualTo("[1]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "22ff22",
        "22c08022", // NUL in two bytes
        "22e0808022", // and in three
        "22eda08022", // a surrogate
        "22eda080edb08022", // two of them
        "22f580808022", // beyond U+10FFFF
        "22e28222", // a character cut short
        "22e282" // by the end
      })
  void bytes_that_are_not_utf_8_are_refused_by_their_position(String hex) {
    assertThatThrownBy(() -> readHex(hex))
        .isInstanceOf(InvalidJsonException.class)
        .hasMessage("not JSON: no UTF-8 from byte 1 on");
  }

  @ParameterizedTest
  @ValueSource(strings = {"3100", "0031", "fffe3100", "31000000", "", "efbbbf"})
  void other_encodings_and_nothing_at_all_are_refused(String hex) {
    assertThatThrownBy(() -> readHex(hex)).isInstanceOf(InvalidJsonException.class);
  }

  @Test
  void a_stream_that_breaks_is_said_to_be_unreadable() {
    var broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("device is gone");
          }

          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            return read();
          }
        };

    assertThatThrownBy(() -> JsonReader.read(broken))
        .isInstanceOf(InvalidJsonException.class)
        .hasMessage("cannot read the document: device is gone");
  }

  private static JsonNode readHex(String hex) {
    return JsonReader.read(new ByteArrayInputStream(HexFormat.of().parseHex(hex)));
  }
}
