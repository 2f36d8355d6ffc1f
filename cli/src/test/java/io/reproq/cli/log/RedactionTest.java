package io.reproq.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class RedactionTest {
  private static final String LETTERS =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

  /// Texts in which a secret may stand; `%s` is where.
  private static final List<String> DISGUISES =
      List.of(
          "cannot reach postgres://ada:%s@db.local:5432/tasks?sslmode=require",
          "redis://:%s@cache, tried twice",
          "jdbc:postgresql://db/tasks?user=ada&password=%s",
          "host=db user=ada password=%s dbname=tasks",
          "host=db password='%s two' dbname=tasks",
          "PGPASSWORD=%s psql",
          "sent Authorization: Bearer %s to the host",
          "sent Authorization: Basic %s=",
          "got bearer %s",
          "token eyJhbGciOiJIUzI1NiJ9.%s.%s ends",
          "key -----BEGIN RSA PRIVATE KEY-----\n%s\n-----END RSA PRIVATE KEY----- read",
          "key -----BEGIN PRIVATE KEY-----\\n%s",
          "{\"user\": \"ada\", \"password\": \"%s\"}",
          "{\"a\": [{\"API_KEY\":\"%s\"}], \"b\": 1}",
          "{\"kwargs\": {\"card\": [\"}\", \"it's %s\"]}, \"queue\": \"mail\"}",
          "{\"spec_json\": \"{\\\"args\\\": [\\\"%s\\\"]}\"}",
          "said {\\\"client_secret\\\": \\\"%s\\\"} there",
          "said {\"traceback\": \"File \\\"x\\\", %s\"}",
          "{'kwargs': {'card': '%s'}}",
          "Map{api-key=%s, user=ada}",
          "Payload[args=[\"%s\"], kwargs={}]",
          "x_token => %s",
          "the password: %s was refused",
          "SECRET_KEY=%s");

  static LongStream seeds() {
    return LongStream.range(0, 30);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void a_secret_is_in_no_line_wherever_it_was_put(long seed) {
    var random = new Random(seed);
    var secret = secret(random);
    for (var format : List.<Function<LogLine, String>>of(JsonFormat::write, TextFormat::write)) {
      var lines = new Lines(format);
      for (var disguise : DISGUISES) {
        var text = disguise.replace("%s", secret);
        var thrown =
            new IllegalStateException(text, new IllegalArgumentException("because: " + text));
        thrown.addSuppressed(new UnsupportedOperationException(text));

        var line =
            lines.of(
                Map.of("where", text, "my_Token", secret),
                log ->
                    log.atError()
                        .addKeyValue("what", text)
                        .addKeyValue("payload_json", secret)
                        .addKeyValue("given", Map.of("password", secret, "kwargs", List.of(secret)))
                        .setCause(thrown)
                        .log("first {} then " + text, text));

        assertThat(line).as(disguise).contains(Redaction.REDACTED).doesNotContain(secret);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void what_is_redacted_stays_as_it_is_when_redacted_again(long seed) {
    var random = new Random(seed);
    var disguise = DISGUISES.get(random.nextInt(DISGUISES.size()));
    var once = Redaction.text(disguise.replace("%s", secret(random)));

    assertThat(Redaction.text(once)).as(disguise).isEqualTo(once);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "worker w1 is ready: sqlite:tasks.db, queues default, concurrency 10",
        "the PostgreSQL database postgres://ada@localhost:5432/tasks",
        "GET http://localhost:8080/healthz?full=1",
        "no tokens left in the bucket of mail",
        "Unrecognized token 'bad': was expecting a value",
        "io.reproq.json.UnexpectedTokenException: line 3, column 4",
        "schedule daily: enqueued for 2026-01-31T12:00:00Z",
        "3 args, a body and 2 headers",
        "captured 10 bytes of stderr: none is kept",
        "secretary of state",
      })
  void harmless_text_is_left_alone(String text) {
    assertThat(Redaction.text(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      textBlock =
          """
          postgres://ada:s3c/r@t@db/tasks refused ¦ postgres://ada:[REDACTED]@db/tasks refused
          password=hunter2 user=ada               ¦ password=[REDACTED] user=ada
          {"password": "hunter2", "user": "ada"}  ¦ {"password": [REDACTED], "user": "ada"}
          {"args": [1, {"a": "]"}], "n": 2}       ¦ {"args": [REDACTED], "n": 2}
          (token=hunter2), and on                 ¦ (token=[REDACTED]), and on
          Authorization: Bearer abc.def, sent     ¦ Authorization: [REDACTED], sent
          """)
  void what_stands_around_a_secret_is_kept(String text, String seen) {
    assertThat(Redaction.text(text)).isEqualTo(seen);
  }

  @Test
  void keys_are_hidden_whatever_their_case() {
    assertThat(
            List.of("args", "Authorization", "errors_json", "STDERR", "db_password", "X-Api-Key"))
        .allMatch(Redaction::hides);
    assertThat(List.of("task_id", "queue", "arguments", "payload_mode", "body_size"))
        .noneMatch(Redaction::hides);
  }

  @Test
  void numbers_and_truth_values_stay_what_they_are() {
    assertThat(Redaction.value("attempt", 2)).isEqualTo(2);
    assertThat(Redaction.value("late", true)).isEqualTo(true);
    assertThat(Redaction.value("token", 2)).isEqualTo(Redaction.REDACTED);
  }

  private static String secret(Random random) {
    var secret = new StringBuilder();
    var length = 8 + random.nextInt(40);
    for (var i = 0; i < length; i++) {
      secret.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return secret.toString();
  }
}
