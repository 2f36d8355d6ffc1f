package io.reproq.task;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.json.InvalidJsonException;
import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class SpecTest {
  private static final String MINIMAL =
      """
      {"args":[],"concurrency_key":null,"concurrency_limit":0,\
      "exec":{"max_attempts":3,"timeout_seconds":900},"kwargs":{},"lock_key":null,"priority":0,\
      "provenance":{"code_ref":null,"pip_lock_hash":null},"queue_name":"default",\
      "run_after":null,"takes_context":false,"task_path":"myapp.tasks.send","v":1}\
      """;

  private static Spec.Builder full() {
    var args = Json.parse("[1, {\"nested\": true}]");
    var kwargs =
        Json.parse(
            """
            {"token": "123e4567-e89b-12d3-a456-426614174000", "amount": "12.34", "notes": "hello"}
            """);
    return Spec.of("contracts.example_task")
        .payload(new Payload(args, kwargs, false))
        .priority(5)
        .limits(new Limits("user:123", "account:42", 2))
        .runAfter("2025-01-01T12:00:00+00:00")
        .provenance(new Provenance("abc123", "deadbeef"));
  }

  @Nested
  final class A_built_spec {
    @Test
    void has_the_contracts_text_and_hash() {
      assertThat(full().build().hash())
          .isEqualTo("2d6721014757fa10799d528b6b15aee6c76a841b9ea74e187875f4abfcdbedd5");
      assertThat(full().build().text().getBytes(UTF_8)).hasSize(445);
    }

    @Test
    void with_nothing_but_a_path_has_the_contracts_text_and_hash() {
      var spec = Spec.of("myapp.tasks.send").build();

      assertThat(spec.text()).isEqualTo(MINIMAL);
      assertThat(spec.hash())
          .isEqualTo("3b32c75a0504240d8d0863b60bd8d9e88419a32bce23ccf1af252f4a700cff87");
    }

    @Test
    void with_a_time_and_an_argument_has_the_contracts_hash() {
      var spec =
          Spec.of("myapp.tasks.send")
              .payload(Payload.ofArgs(Json.parse("[5]")))
              .runAfter("2025-01-01T02:03:04.567891+00:00")
              .build();

      assertThat(spec.hash())
          .isEqualTo("c5c07f41e67395c1102659d437081f9058893995286fbf69f264d7015bd00edd");
    }

    @Test
    void is_equal_to_another_of_the_same_text() {
      assertThat(full().build()).isEqualTo(full().build()).hasSameHashCodeAs(full().build());
      assertThat(full().build()).isNotEqualTo(full().priority(6).build());
    }

    @Test
    void has_text_that_is_its_own_canonical_form_whatever_its_fields_hold() {
      var odd = "\u0000\"\\\u2028<\ud83d\ude00";
      var text =
          Spec.of(odd)
              .queue(odd)
              .limits(new Limits(odd, odd, 1))
              .runAfter(odd)
              .provenance(new Provenance(odd, odd))
              .timeout(Duration.ofMillis(1))
              .retry(RetryPolicy.DEFAULT.withFactor(1.5e300).withJitter(0.1))
              .build()
              .text();

      assertThat(new Json(text).canonical().text()).isEqualTo(text);
    }

    @Test
    void refuses_what_cannot_be_run() {
      assertThatThrownBy(() -> Spec.of(" "))
          .isInstanceOf(InvalidSpecException.class)
          .hasMessageContaining("task_path");
      assertThatThrownBy(() -> full().queue(""))
          .isInstanceOf(InvalidSpecException.class)
          .hasMessageContaining("queue_name");
      assertThatThrownBy(() -> full().timeout(Duration.ZERO))
          .isInstanceOf(InvalidSpecException.class)
          .hasMessageContaining("timeout_seconds")
          .hasMessageContaining("PT0S");
      assertThatThrownBy(() -> new Limits(null, "k", -1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("concurrency_limit")
          .hasMessageContaining("-1");
    }

    @Test
    void refuses_a_payload_of_the_wrong_shape_at_once() {
      assertThatThrownBy(() -> Payload.ofArgs(new Json(" {\"a\":1}")))
          .isInstanceOf(InvalidSpecException.class)
          .hasMessage("args must be a JSON array, was {\"a\":1}");
      assertThatThrownBy(() -> Payload.ofKwargs(new Json("\"" + "x".repeat(100_000) + "\"")))
          .isInstanceOf(InvalidSpecException.class)
          .hasMessageStartingWith("kwargs must be a JSON object, was \"xxx")
          .hasMessageEndingWith("…");
    }

    @Test
    void refuses_a_payload_that_would_not_be_read_again() {
      var levels = 999;
      var deepest = Payload.ofArgs(new Json("[".repeat(levels) + "]".repeat(levels)));
      var tooDeep = Payload.ofArgs(new Json("[".repeat(levels + 1) + "]".repeat(levels + 1)));

      assertThat(Spec.parse(full().payload(deepest).build().text()).payload()).isEqualTo(deepest);
      assertThatThrownBy(full().payload(tooDeep).build()::text)
          .isInstanceOf(InvalidJsonException.class)
          .hasMessageContaining("nested deeper");
      assertThatThrownBy(full().payload(Payload.ofArgs(new Json("[\"\\ud800\"]"))).build()::text)
          .isInstanceOf(InvalidJsonException.class)
          .hasMessageContaining("lone surrogate");
    }
  }

  @Nested
  final class The_retry_policy {
    @Test
    void is_absent_while_it_is_the_default_whatever_the_attempts() {
      assertThat(full().retry(RetryPolicy.DEFAULT).build()).isEqualTo(full().build());
      assertThat(full().retry(RetryPolicy.never()).build().text())
          .contains("\"exec\":{\"max_attempts\":1,\"timeout_seconds\":900}");
    }

    @Test
    void stands_in_exec_when_it_is_another() {
      var retry =
          new RetryPolicy(5, Duration.ofMillis(100), 1.5, Duration.ofSeconds(90), 0.25, Set.of());

      assertThat(full().retry(retry).build().text())
          .contains(
              """
              "exec":{"max_attempts":5,"retry":{"base_seconds":0.1,"cap_seconds":90,"factor":1.5,\
              "jitter":0.25},"timeout_seconds":900}\
              """);
    }

    @Test
    void names_what_is_final_in_order_and_only_when_there_is_something() {
      var retry = RetryPolicy.DEFAULT.withNonRetryable("b.Boom", "Bang");

      assertThat(full().retry(retry).build().text())
          .contains("\"jitter\":0,\"non_retryable\":[\"Bang\",\"Boom\"]},");
      assertThatThrownBy(() ->
              Spec.parse("{\"task_path\":\"x\",\"exec\":{\"retry\":{\"non_retryable\":[1]}}}"))
          .hasMessage("exec.retry.non_retryable must be an array of strings, was 1");
    }

    @Test
    void is_read_as_it_was_written() {
      for (var retry :
          new RetryPolicy[] {
            RetryPolicy.DEFAULT,
            RetryPolicy.DEFAULT.withBase(Duration.ZERO),
            RetryPolicy.DEFAULT.withNonRetryable("Boom", "Bang"),
            RetryPolicy.DEFAULT.withFactor(1e300),
            RetryPolicy.DEFAULT.withCap(Duration.ofSeconds(Long.MAX_VALUE)),
            new RetryPolicy(
                7, Duration.ofNanos(1), 1.0000001, Duration.ofMillis(2_500), 1, Set.of())
          }) {
        assertThat(Spec.parse(full().retry(retry).build().text()).retry()).isEqualTo(retry);
      }
    }
  }

  @Nested
  final class The_timeout {
    @Test
    void is_whole_seconds_or_a_fraction() {
      assertThat(timeoutText(Duration.ofSeconds(2))).isEqualTo("2");
      assertThat(timeoutText(Duration.ofMillis(500))).isEqualTo("0.5");
      assertThat(timeoutText(Duration.ofMillis(90_250))).isEqualTo("90.25");
      assertThat(timeoutText(Duration.ofNanos(1))).isEqualTo("1e-09");
      assertThat(timeoutText(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo("9223372036854775807");
    }

    @Test
    void is_read_as_it_was_written() {
      for (var timeout :
          new Duration[] {
            Duration.ofMillis(1),
            Duration.ofMillis(100),
            Duration.ofNanos(1_234_567_891),
            Duration.ofNanos(1),
            Duration.ofDays(400),
            Duration.ofSeconds(Long.MAX_VALUE)
          }) {
        assertThat(Spec.parse(full().timeout(timeout).build().text()).timeout()).isEqualTo(timeout);
      }
    }

    private static String timeoutText(Duration timeout) {
      var text = full().timeout(timeout).build().text();
      return text.replaceFirst(".*\"timeout_seconds\":([^}]+)}.*", "$1");
    }
  }
}
