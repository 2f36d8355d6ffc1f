package io.reproq.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class SpecParseTest {
  @Test
  void every_field_is_read_back() {
    var spec =
        Spec.of("a.b")
            .payload(new Payload(new Json("[1]"), new Json("{\"k\":null}"), true))
            .queue("mail")
            .priority(-7)
            .limits(new Limits("l", "c", 3))
            .runAfter("2025-01-01T12:00:00+00:00")
            .timeout(Duration.ofMillis(1_500))
            .retry(RetryPolicy.never())
            .provenance(new Provenance("ref", "hash"))
            .build();

    var read = Spec.parse(spec.text());

    assertThat(read).isEqualTo(spec).usingRecursiveComparison().isEqualTo(spec);
    assertThat(read.hash()).isEqualTo(spec.hash());
  }

  @Test
  void a_path_is_enough() {
    var spec = Spec.parse("{\"task_path\":\"a.b\"}");

    assertThat(spec.payload()).isEqualTo(Payload.NONE);
    assertThat(spec.queue()).isEqualTo("default");
    assertThat(spec.priority()).isZero();
    assertThat(spec.limits()).isEqualTo(Limits.NONE);
    assertThat(spec.runAfter()).isNull();
    assertThat(spec.timeout()).isEqualTo(Duration.ofMinutes(15));
    assertThat(spec.retry()).isEqualTo(RetryPolicy.DEFAULT);
    assertThat(spec.provenance()).isEqualTo(Provenance.UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"task_path\":\"a.b\"}",
        "{ \"v\": 1, \"task_path\": \"a.b\", \"args\": [ 1.0, {} ], \"more\": \"\\u0041\" }",
      })
  void a_stored_description_is_what_it_was_when_it_came(String text) {
    var stored = Spec.stored(text);

    assertThat(stored.text()).isEqualTo(Spec.parse(text).text());
    assertThat(stored.hash()).isEqualTo(Spec.parse(text).hash());
    assertThat(stored.payload()).isEqualTo(Spec.parse(text).payload());
  }

  @Test
  void a_stored_description_that_cannot_be_run_is_refused() {
    assertThatThrownBy(() -> Spec.stored("{\"task_path\":7}"))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("task_path must be a string");
    assertThatThrownBy(() -> Spec.stored("[")).isInstanceOf(InvalidSpecException.class);
  }

  @Test
  void null_is_as_good_as_missing() {
    var nulls =
        """
        {"task_path":"a.b","v":null,"args":null,"kwargs":null,"takes_context":null,
         "queue_name":null,"priority":null,"lock_key":null,"concurrency_key":null,
         "concurrency_limit":null,"run_after":null,"provenance":null,"exec":null}
        """;

    assertThat(Spec.parse(nulls).retry()).isEqualTo(RetryPolicy.DEFAULT);
    assertThat(Spec.parse(nulls).payload()).isEqualTo(Payload.NONE);
    assertThat(Spec.parse("{\"task_path\":\"a\",\"exec\":{\"retry\":null}}").retry())
        .isEqualTo(RetryPolicy.DEFAULT);
  }

  @Test
  void a_blank_queue_is_the_default_and_a_negative_limit_is_none() {
    var spec = Spec.parse("{\"task_path\":\"a.b\",\"queue_name\":\" \",\"concurrency_limit\":-1}");

    assertThat(spec.queue()).isEqualTo("default");
    assertThat(spec.limits().concurrencyLimit()).isZero();
  }

  @Test
  void a_field_that_it_does_not_know_stays_in_the_text_and_counts_in_the_hash() {
    var spec = Spec.parse("{\"task_path\":\"a.b\",\"periodic_name\":\"nightly\"}");

    assertThat(spec.text()).isEqualTo("{\"periodic_name\":\"nightly\",\"task_path\":\"a.b\"}");
    assertThat(spec).isNotEqualTo(Spec.parse("{\"task_path\":\"a.b\"}"));
  }

  @Test
  void the_text_is_canonical_whatever_was_read() {
    var spec = Spec.parse("{ \"v\":1, \"task_path\" : \"\\u0061.b\", \"args\":[1.50, 1E2] }");

    assertThat(spec.text()).isEqualTo("{\"args\":[1.5,100.0],\"task_path\":\"a.b\",\"v\":1}");
    assertThat(spec.hash()).isEqualTo(Spec.sha256(spec.text()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | task_path is missing",
        "{\"task_path\":null} | task_path is missing",
        "{\"task_path\":\"\"} | task_path is empty: a task needs the path of its code",
        "{\"task_path\":5} | task_path must be a string, was number",
        "[] | the spec must be a JSON object, was array",
        "null | the spec must be a JSON object, was null",
      })
  void without_a_path_it_is_refused(String text, String message) {
    assertRefused(text, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"v\":2 | v must be 1, was 2",
        "\"v\":\"1\" | v must be a 32-bit integer, was \"1\"",
        "\"args\":{} | args must be a JSON array, was object",
        "\"kwargs\":[] | kwargs must be a JSON object, was array",
        "\"takes_context\":\"yes\" | takes_context must be true or false, was \"yes\"",
        "\"takes_context\":1 | takes_context must be true or false, was 1",
        "\"queue_name\":1 | queue_name must be a string, was number",
        "\"priority\":1.0 | priority must be a 32-bit integer, was 1.0",
        "\"priority\":2147483648 | priority must be a 32-bit integer, was 2147483648",
        "\"priority\":\"5\" | priority must be a 32-bit integer, was \"5\"",
        "\"lock_key\":[] | lock_key must be a string, was array",
        "\"concurrency_key\":{} | concurrency_key must be a string, was object",
        "\"concurrency_limit\":true | concurrency_limit must be a 32-bit integer, was true",
        "\"run_after\":1735732800 | run_after must be a string, was number",
        "\"provenance\":\"abc\" | provenance must be a JSON object, was string",
        "\"provenance\":{\"code_ref\":1} | provenance.code_ref must be a string, was number",
        "\"provenance\":{\"pip_lock_hash\":1} | provenance.pip_lock_hash must be a string, was"
            + " number",
        "\"exec\":7 | exec must be a JSON object, was number",
        "\"exec\":{\"max_attempts\":0} | max_attempts must be at least 1, was 0",
        "\"exec\":{\"max_attempts\":\"3\"} | exec.max_attempts must be a 32-bit integer, was \"3\"",
        "\"exec\":{\"timeout_seconds\":0} | timeout_seconds must be positive, was PT0S",
        "\"exec\":{\"timeout_seconds\":1e-10} | timeout_seconds must be positive, was PT0S",
        "\"exec\":{\"retry\":[]} | exec.retry must be a JSON object, was array",
        "\"exec\":{\"retry\":{\"factor\":\"2\"}} | exec.retry.factor must be a number, was \"2\"",
        "\"exec\":{\"retry\":{\"factor\":0.5}} | factor must be at least 1, was 0.5",
        "\"exec\":{\"retry\":{\"jitter\":2}} | jitter must lie between 0 and 1, was 2.0",
      })
  void a_bad_field_is_named_with_what_was_wanted_and_found(String field, String message) {
    assertRefused("{\"task_path\":\"a.b\"," + field + "}", message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"900\"", "-1", "1e300", "1e400", "NaN", "-Infinity", "[]", "9.3e18"})
  void seconds_out_of_range_are_refused(String seconds) {
    for (var field :
        new String[] {
          "\"exec\":{\"timeout_seconds\":%s}",
          "\"exec\":{\"retry\":{\"base_seconds\":%s}}",
          "\"exec\":{\"retry\":{\"cap_seconds\":%s}}"
        }) {
      assertThatThrownBy(
              () -> Spec.parse("{\"task_path\":\"a.b\"," + field.formatted(seconds) + "}"))
          .isInstanceOf(InvalidSpecException.class)
          .hasMessageContaining("_seconds must be a number of seconds, not negative and at most ");
    }
  }

  @Test
  void an_endless_number_is_refused_and_not_quoted_in_full() {
    var digits = "1" + "0".repeat(5_000);

    for (var field :
        new String[] {"\"priority\":%s", "\"v\":%s", "\"exec\":{\"timeout_seconds\":%s}"}) {
      assertThatThrownBy(
              () -> Spec.parse("{\"task_path\":\"a.b\"," + field.formatted(digits) + "}"))
          .isInstanceOf(InvalidSpecException.class)
          .hasMessageEndingWith("0…")
          .satisfies(e -> assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(200));
    }
    assertThatThrownBy(() ->
            Spec.parse("{\"task_path\":\"a.b\",\"exec\":{\"retry\":{\"factor\":" + digits + "}}}"))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessage("factor must be at least 1, was Infinity");
  }

  @Test
  void what_is_no_json_or_cannot_be_stored_is_refused() {
    assertThatThrownBy(() -> Spec.parse("{\"task_path\""))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageStartingWith("the spec is not usable: not JSON: ");
    assertThatThrownBy(() -> Spec.parse(""))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessage("the spec is not usable: not JSON: the text is empty");
    assertThatThrownBy(() -> Spec.parse("{\"task_path\":\"a.b\",\"x\":\"\\ud800\"}"))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("lone surrogate U+D800");
    assertThatThrownBy(() -> Spec.parse("{\"task_path\":\"a.b\",\"args\":" + "[".repeat(5_000)))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("nested deeper than 1000 levels");
  }

  private static void assertRefused(String text, String message) {
    assertThatThrownBy(() -> Spec.parse(text))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessage(message);
  }
}
