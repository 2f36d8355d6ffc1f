package io.reproq.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.JsonReader;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class FormatTest {
  private static final Map<String, String> ATTEMPT = Map.of("task_id", "7", "queue", "mail");

  @Test
  void a_json_line_has_what_is_known_of_it_as_fields() {
    var line =
        json(
            ATTEMPT,
            log ->
                log.atWarn()
                    .addKeyValue("task_id", 7L)
                    .addKeyValue("attempt", 2)
                    .log("given {}", "back"));

    assertThat(Instant.parse(line.get("time").asString())).isBefore(Instant.MAX);
    assertThat(line.get("level").asString()).isEqualTo("WARN");
    assertThat(line.get("msg").asString()).isEqualTo("given back");
    assertThat(line.get("logger").asString()).isEqualTo("io.reproq.worker.Watch");
    assertThat(line.get("worker_id").asString()).isEqualTo("w1");
    assertThat(line.get("task_id").isNumber()).isTrue();
    assertThat(line.get("task_id").asLong()).isEqualTo(7);
    assertThat(line.get("attempt").asInt()).isEqualTo(2);
    assertThat(line.get("queue").asString()).isEqualTo("mail");
  }

  @Test
  void a_json_line_of_a_failure_is_one_line() {
    var thrown = new IllegalStateException("top\nof it", new IllegalArgumentException("cause"));
    var line = json(Map.of(), log -> log.error("failed", thrown));

    assertThat(line.get("error").asString())
        .isEqualTo("java.lang.IllegalStateException: top\nof it");
    assertThat(line.get("stack").asString()).contains("FormatTest", "Caused by: ");
  }

  @Test
  void a_key_of_the_lines_own_is_not_given_twice() {
    var line = json(Map.of("level", "mine"), log -> log.info("x"));

    assertThat(line.get("level").asString()).isEqualTo("INFO");
    assertThat(line.get("level_").asString()).isEqualTo("mine");
  }

  @Test
  void a_line_for_people_says_everything_once() {
    var line =
        new Lines(TextFormat::write)
            .of(
                ATTEMPT,
                log ->
                    log.atInfo()
                        .addKeyValue("task_id", 7L)
                        .addKeyValue("why", "two words")
                        .log("timed out"));

    assertThat(line)
        .matches(
            "\\S{10}T\\S{12}Z INFO  Watch: timed out  task_id=7 why=\"two words\" queue=mail\n");
  }

  @Test
  void a_line_for_people_cannot_be_forged_from_within() {
    var line =
        new Lines(TextFormat::write)
            .of(Map.of("name", "a\nb"), log -> log.info("one\ntwo \u001b[31m"));

    assertThat(line).hasLineCount(1).contains("one\\ntwo \\u001b[31m", "name=a\\nb");
  }

  private static JsonNode json(Map<String, String> thread, Consumer<Logger> logging) {
    var line = new Lines(JsonFormat::write).of(thread, logging);
    assertThat(line).hasLineCount(1).endsWith("}\n");
    return JsonReader.read(line);
  }
}
