package io.reproq.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.task.Spec;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class CanonicalJsonTest {
  @Test
  void the_contract_document_is_its_own_canonical_form_and_has_the_contract_hash() {
    var document = Vectors.text("spec_hash.json");

    assertThat(canonical(document)).isEqualTo(document);
    assertThat(Spec.sha256(document)).isEqualTo(Vectors.text("spec_hash.sha256").strip());
  }

  @Test
  void a_hundred_generated_documents_have_the_hashes_that_python_gives_them() {
    var lines = Vectors.text("canonical.tsv").split("\n", -1);

    var wrong = new ArrayList<String>();
    var checked = 0;
    for (var line : lines) {
      var tab = line.lastIndexOf('\t');
      if (tab >= 0) {
        var document = line.substring(0, tab);
        if (!Spec.sha256(canonical(document)).equals(line.substring(tab + 1))) {
          wrong.add(document);
        }
        checked++;
      }
    }

    assertThat(wrong).isEmpty();
    assertThat(checked).isEqualTo(100);
  }

  @Test
  void keys_are_sorted_by_code_point_and_not_by_utf_16_unit() {
    assertThat(
            canonical(
                "{\"\ud83d\ude00\":1,\"\ufffd\":2,\"\ue000\":3,\"z\":4,\"Z\":5,\"\":6,\"zz\":7}"))
        .isEqualTo(
            "{\"\":6,\"Z\":5,\"z\":4,\"zz\":7,\"\ue000\":3,\"\ufffd\":2,\"\ud83d\ude00\":1}");
  }

  @Test
  void two_keys_beyond_the_basic_plane_are_in_the_order_of_their_low_surrogates() {
    assertThat(canonical("{\"\\ud83d\\ude01\":1,\"\\ud83d\\ude00\":2,\"\\ud800\\udc00\":3}"))
        .isEqualTo("{\"\ud800\udc00\":3,\"\ud83d\ude00\":2,\"\ud83d\ude01\":1}");
  }

  @Test
  void keys_are_sorted_at_every_level_and_the_last_of_equal_keys_counts() {
    assertThat(canonical("[{\"b\":{\"d\":1,\"c\":2},\"a\":0,\"b\":{\"y\":1,\"x\":[]}}]"))
        .isEqualTo("[{\"a\":0,\"b\":{\"x\":[],\"y\":1}}]");
  }

  @Test
  void only_what_must_be_escaped_is() {
    assertThat(canonical("\"\\u0022\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u001F\\u007f<>&\\u2028\\u00e9\""))
        .isEqualTo("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f<>&\u2028\u00e9\"");
  }

  @Test
  void an_escaped_pair_of_surrogates_is_one_character() {
    assertThat(canonical("\"\\ud83d\\ude00\"")).isEqualTo("\"\ud83d\ude00\"");
  }

  @ParameterizedTest
  @CsvSource({
    "-0, 0",
    "-0.0, -0.0",
    "0e5, 0.0",
    "1e400, Infinity",
    "-1E+400, -Infinity",
    "NaN, NaN",
    "Infinity, Infinity",
    "-Infinity, -Infinity",
    "1E16, 1e+16",
    "1e-400, 0.0",
    "1.10, 1.1",
    "9223372036854775808, 9223372036854775808",
    "-170141183460469231731687303715884105729, -170141183460469231731687303715884105729"
  })
  void numbers_are_printed_as_python_prints_them(String document, String expected) {
    assertThat(canonical(document)).isEqualTo(expected);
  }

  @Test
  void an_integer_of_ten_thousand_digits_keeps_them_all() {
    var digits = BigInteger.TEN.pow(9_999).add(BigInteger.valueOf(7)).toString();

    assertThat(digits).hasSize(10_000);
    assertThat(canonical("[" + digits + ",-" + digits + "]"))
        .isEqualTo("[" + digits + ",-" + digits + "]");
  }

  @Test
  void a_lone_surrogate_is_refused_by_its_name() {
    for (var document : List.of("\"\\ud800\"", "\"\ud800x\"", "\"\\udc00\\ud800\"")) {
      assertThatThrownBy(() -> canonical(document))
          .isInstanceOf(InvalidJsonException.class)
          .hasMessageContaining("lone surrogate U+D")
          .hasMessageContaining("no UTF-8 form");
    }
  }

  @Test
  void a_lone_surrogate_in_a_key_is_refused_too() {
    for (var document : List.of("{\"\\udfff\":1}", "{\"\\ud800\":1}", "{\"\ud800\":1}")) {
      assertThatThrownBy(() -> canonical(document))
          .isInstanceOf(InvalidJsonException.class)
          .hasMessageContaining("surrogate");
    }
  }

  @Test
  void what_is_written_is_never_nested_deeper_than_what_is_read() {
    assertThat(CanonicalJson.write(nested(JsonReader.MAX_DEPTH))).hasSize(2 * JsonReader.MAX_DEPTH);

    assertThatThrownBy(() -> CanonicalJson.write(nested(JsonReader.MAX_DEPTH + 1)))
        .isInstanceOf(InvalidJsonException.class)
        .hasMessageContaining("nested deeper than 1000 levels");
    assertThatThrownBy(
            () -> CanonicalJson.append(new StringBuilder(), nested(JsonReader.MAX_DEPTH), 1))
        .isInstanceOf(InvalidJsonException.class);
  }

  @Test
  void a_value_that_json_does_not_have_is_refused() {
    assertThatThrownBy(() -> CanonicalJson.write(JsonNodeFactory.instance.binaryNode(new byte[1])))
        .isInstanceOf(InvalidJsonException.class)
        .hasMessage("BINARY is no JSON value");
  }

  private static String canonical(String document) {
    return new Json(document).canonical().text();
  }

  private static JsonNode nested(int depth) {
    var tree = JsonNodeFactory.instance.arrayNode();
    for (var i = 1; i < depth; i++) {
      tree = JsonNodeFactory.instance.arrayNode().add(tree);
    }
    return tree;
  }
}
