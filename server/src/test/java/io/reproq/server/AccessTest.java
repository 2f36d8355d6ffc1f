package io.reproq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.server.security.AccessConfig;
import io.reproq.server.security.AllowList;
import io.reproq.server.security.LimiterConfig;
import io.reproq.testkit.SettableClock;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who is let in, asked through a real socket.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class AccessTest {
  private static final String TOKEN = "correct horse battery staple, twice";
  private static final String HS256 = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
  private static final long NOW = SettableClock.START.getEpochSecond();
  private static final String GOOD =
      "\"iss\":\"reproq-django\",\"aud\":\"reproq-tui\",\"superuser\":true";
  private static final AccessConfig CLOSED = AccessConfig.OPEN.withToken(TOKEN);

  private final SettableClock clock = new SettableClock();

  @ParameterizedTest
  @CsvSource({
    "Bearer correct horse battery staple, 401",
    "'Bearer correct horse battery staple, twice', 200",
    "'bearer correct horse battery staple, twice', 200",
    "'BEARER   correct horse battery staple, twice', 200",
    "'Bearer correct horse battery staple, twicE', 401",
    "'Basic correct horse battery staple, twice', 401",
    "'correct horse battery staple, twice', 401",
    "Bearer, 401",
    "Bearer a.b.c, 401"
  })
  void the_token_opens(String authorization, int status) throws Exception {
    try (var site = open(CLOSED)) {
      var answer = site.get("/metrics", authorization);

      assertThat(answer.statusCode()).isEqualTo(status);
      assertThat(answer.body()).isEqualTo(status == 200 ? "up 1\n" : "unauthorized");
      assertThat(answer.headers().firstValue("WWW-Authenticate")).isEmpty();
    }
  }

  @Test
  void a_token_may_have_any_letters() throws Exception {
    try (var site = open(CLOSED.withToken("Schlüssel-für-das-Schloß-鍵"))) {
      var head = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer ";

      assertThat(site.raw(head + "Schlüssel-für-das-Schloß-鍵\r\n\r\n")).startsWith("HTTP/1.1 200");
      assertThat(site.raw(head + "Schlüssel-für-das-Schloß-鑰\r\n\r\n")).startsWith("HTTP/1.1 401");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "200 | 'exp':%d10",
        "200 | 'exp':%d0.5",
        "200 | 'exp':%d0",
        "401 | 'exp':%d-1",
        "401 | 'exp':'%d10'",
        "401 | 'exp':null",
        "401 | 'exp':1e999",
        "401 | 'sub':'1'",
        "200 | 'exp':%d10,'nbf':%d0",
        "401 | 'exp':%d10,'nbf':%d5",
        "401 | 'exp':%d10,'nbf':'now'",
        "401 | 'exp':%d10,'superuser':1",
        "401 | 'exp':%d10,'superuser':'true'",
        "401 | 'exp':%d10,'superuser':false",
        "401 | 'exp':%d10,'superuser':null",
        "401 | 'exp':%d10,'iss':'else'",
        "200 | 'exp':%d10,'iss':7",
        "401 | 'exp':%d10,'aud':'else'",
        "401 | 'exp':%d10,'aud':null",
        "401 | 'exp':%d10,'aud':[]",
        "401 | 'exp':%d10,'aud':['else',7]",
        "200 | 'exp':%d10,'aud':['else','reproq-worker']",
        "200 | 'exp':%d10,'aud':'reproq-worker'"
      })
  void the_claims_of_a_web_token_must_hold(int status, String claims) throws Exception {
    var text = GOOD + "," + at(claims.replace('\'', '"'));
    try (var site = open(CLOSED)) {
      assertThat(site.get("/metrics", "Bearer " + signed(HS256, "{" + text + "}")).statusCode())
          .isEqualTo(status);
    }
  }

  @Test
  void a_web_token_without_an_end_is_good_where_that_is_wanted() throws Exception {
    try (var site = open(CLOSED.withJwtRequireExp(false))) {
      var token = signed(HS256, "{" + GOOD + "}");
      var old = signed(HS256, "{" + GOOD + ",\"exp\":" + (NOW - 1) + "}");

      assertThat(site.get("/metrics", "Bearer " + token).statusCode()).isEqualTo(200);
      assertThat(site.get("/metrics", "Bearer " + old).statusCode()).isEqualTo(401);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"alg\":\"none\"}",
        "{\"alg\":\"None\"}",
        "{\"alg\":\"hs256\"}",
        "{\"alg\":\"HS384\"}",
        "{\"alg\":\"RS256\"}",
        "{\"alg\":[\"HS256\"]}",
        "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
        "{}",
        "[]",
        "HS256"
      })
  void only_one_algorithm_is_known(String header) throws Exception {
    var claims = at("{" + GOOD + ",\"exp\":%d10}");
    try (var site = open(CLOSED)) {
      assertThat(site.get("/metrics", "Bearer " + signed(header, claims)).statusCode())
          .isEqualTo(401);
    }
  }

  @Test
  void a_web_token_is_three_parts_that_fit_together() throws Exception {
    var good = signed(HS256, at("{" + GOOD + ",\"exp\":%d10}"));
    var parts = good.split("\\.", -1);
    var other = signed(HS256, at("{" + GOOD + ",\"exp\":%d99}")).split("\\.", -1);
    try (var site = open(CLOSED.withLimiter(new LimiterConfig(100, Duration.ofMinutes(1), 9)))) {
      assertThat(site.get("/metrics", "Bearer " + good).statusCode()).isEqualTo(200);
      for (var bad :
          new String[] {
            parts[0] + "." + parts[1],
            parts[0] + "." + parts[1] + ".",
            good + ".",
            good + "=",
            good + ".x",
            parts[0] + "." + other[1] + "." + parts[2],
            parts[0] + "." + parts[1] + "." + other[2]
          }) {
        assertThat(site.get("/metrics", "Bearer " + bad).statusCode()).as(bad).isEqualTo(401);
      }
    }
  }

  @Test
  void the_31st_refusal_in_a_minute_is_told_to_wait() throws Exception {
    try (var site = open(CLOSED)) {
      for (var i = 0; i < 30; i++) {
        assertThat(site.get("/metrics").statusCode()).isEqualTo(401);
      }
      var answer = site.get("/metrics");
      assertThat(answer.statusCode()).isEqualTo(429);
      assertThat(answer.body()).isEqualTo("rate limited");
      assertThat(site.get("/metrics", "Bearer " + TOKEN).statusCode()).isEqualTo(200);

      clock.advance(Duration.ofSeconds(59));
      assertThat(site.get("/metrics").statusCode()).isEqualTo(429);
      clock.advance(Duration.ofSeconds(1));
      assertThat(site.get("/metrics").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void from_elsewhere_even_the_token_does_not_open() throws Exception {
    var elsewhere = CLOSED.withAllowList(AllowList.parse("10.0.0.0/8, ::1"));
    try (var site = open(elsewhere.withLimiter(new LimiterConfig(2, Duration.ofMinutes(1), 9)))) {
      for (var i = 0; i < 2; i++) {
        var answer = site.get("/metrics", "Bearer " + TOKEN);
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).isEqualTo("forbidden");
      }
      assertThat(site.get("/metrics", "Bearer " + TOKEN).statusCode()).isEqualTo(429);
      assertThat(
              site.send(site.request("/metrics").header("X-Forwarded-For", "10.1.2.3"))
                  .statusCode())
          .isEqualTo(429);
    }
  }

  @Test
  void health_is_public_where_that_is_wanted() throws Exception {
    try (var site = open(CLOSED)) {
      assertThat(site.get("/healthz").statusCode()).isEqualTo(401);
    }
    try (var site = open(CLOSED.withHealthPublic(true))) {
      assertThat(site.get("/healthz").statusCode()).isEqualTo(200);
      assertThat(site.get("/readyz").statusCode()).isEqualTo(200);
      assertThat(site.get("/metrics").statusCode()).isEqualTo(401);
      assertThat(site.get("/healthz/").statusCode()).isEqualTo(401);
      assertThat(
              site.raw("GET /healthz/../metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 401");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, true",
    "10.0.0.0/8, 11.0.0.1, false",
    "10.1.2.3, 10.1.2.3, true",
    "10.1.2.3, 10.1.2.4, false",
    "10.1.2.3/0, 200.1.1.1, true",
    "10.1.2.128/25, 10.1.2.127, false",
    "::/0, 10.1.2.3, false",
    "::ffff:10.0.0.0/104, 10.9.9.9, true",
    "::ffff:10.1.2.3, 10.1.2.3, true",
    "10.0.0.0/8, ::ffff:10.1.2.3, true",
    "fe80::/10, fe80::1%1, true",
    "2001:db8::/33, 2001:db8:8000::1, false",
    "localhost, 127.0.0.1, true",
    "LOCALHOST, ::1, true",
    "localhost, 127.0.0.2, false",
    "'', 8.8.8.8, true",
    "' , ', 8.8.8.8, true"
  })
  void an_allow_list_admits(String list, String peer, boolean admitted) {
    assertThat(AllowList.parse(list).admits(InetAddress.ofLiteral(peer))).isEqualTo(admitted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "example.com",
        "10.0.0.0/33",
        "10.0.0/8",
        "10.0.0.1/-1",
        "10.0.0.1/+8",
        "10.0.0.1/08",
        "010.0.0.1",
        "256.0.0.1",
        "::1/129",
        "1",
        "/8",
        "10.0.0.0/",
        "10.0.0.1 10.0.0.2",
        ":::",
        "::ffff:10.0.0.0/8"
      })
  void what_is_no_range_is_named(String entry) {
    assertThatThrownBy(() -> AllowList.parse("localhost, " + entry))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + entry + "'");
  }

  @Test
  void a_config_does_not_show_its_token() {
    assertThat(CLOSED.toString()).doesNotContain(TOKEN);
  }

  private Site open(AccessConfig access) throws ServerStartException {
    return Site.open(Site.LOCAL.withAccess(access), Site.doors(null), clock);
  }

  /// Puts times where `%d` and a number of seconds stand.
  private static String at(String text) {
    return Pattern.compile("%d(-?[0-9]+)")
        .matcher(text)
        .replaceAll(found -> Long.toString(NOW + Long.parseLong(found.group(1))));
  }

  private static String signed(String header, String claims) throws Exception {
    var signed = part(header) + "." + part(claims);
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(TOKEN.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return signed
        + "."
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String part(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
