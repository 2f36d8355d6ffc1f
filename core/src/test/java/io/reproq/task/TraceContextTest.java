package io.reproq.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.json.Json;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class TraceContextTest {
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @ParameterizedTest
  @ValueSource(
      strings = {
        PARENT,
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes",
      })
  void takes_what_the_standard_takes(String parent) {
    assertThat(TraceContext.of(parent, null)).contains(new TraceContext(parent, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "00-ab-cd-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\0",
      })
  void takes_no_other_parent(String parent) {
    assertThat(TraceContext.of(parent, null)).isEmpty();
    assertThatThrownBy(() -> new TraceContext(parent, null)).hasMessageContaining(parent);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a=1", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "t@v=a b", "a=1 ,\tb=\"\\"})
  void keeps_a_state_as_it_is(String state) {
    assertThat(TraceContext.of(PARENT, state)).contains(new TraceContext(PARENT, state));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a", "A=1", "a=", "a=1=2", "a=1\n", "a=ü", "a=1\0", "=1"})
  void leaves_out_a_state_that_cannot_be_read(String state) {
    assertThat(TraceContext.of(PARENT, state)).contains(new TraceContext(PARENT, null));
    assertThatThrownBy(() -> new TraceContext(PARENT, state)).hasMessageContaining("tracestate");
  }

  @Test
  void leaves_out_a_state_of_too_many() {
    assertThat(TraceContext.of(PARENT, "a=1" + ",b=2".repeat(31)).orElseThrow().tracestate())
        .isNotNull();
    assertThat(TraceContext.of(PARENT, "a=1" + ",b=2".repeat(32)).orElseThrow().tracestate())
        .isNull();
  }

  @Test
  void is_found_among_other_headers_and_makes_headers() {
    var trace = new TraceContext(PARENT, "a=\"");

    assertThat(TraceContext.in(trace.headers())).contains(trace);
    assertThat(TraceContext.in(new Json("{\"actor\":\"ada\",\"traceparent\":\"" + PARENT + "\"}")))
        .contains(new TraceContext(PARENT, null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "null", "{\"traceparent\":1}", "{", "\"traceparent\""})
  void is_not_found_where_it_is_not(String headers) {
    assertThat(TraceContext.in(new Json(headers))).isEmpty();
    assertThat(TraceContext.in(null)).isEmpty();
  }
}
