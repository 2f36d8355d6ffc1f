package io.reproq.server.security;

import io.reproq.clock.TimeSource;
import io.reproq.json.InvalidJsonException;
import io.reproq.json.Json;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Checks tokens that the Django side signs with the shared secret: HS256, and nothing else.
///
/// No other algorithm is looked up by a name that the token gives, so none can be chosen by it.
final class JsonWebToken {
  private static final String ALGORITHM = "HS256";
  private static final String ISSUER = "reproq-django";
  private static final Set<String> AUDIENCES = Set.of("reproq-tui", "reproq-worker");
  private static final Pattern THREE_PARTS =
      Pattern.compile("([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)");

  private final SecretKeySpec key;
  private final boolean requiresExpiry;
  private final TimeSource time;

  /// @param secret of any length but 0
  /// @param requiresExpiry whether a token that never expires is refused
  JsonWebToken(byte[] secret, boolean requiresExpiry, TimeSource time) {
    this.key = new SecretKeySpec(secret, "HmacSHA256");
    this.requiresExpiry = requiresExpiry;
    this.time = time;
  }

  /// Whether `text` is a token that was signed with the secret, holds now and is meant for us.
  boolean verify(String text) {
    var parts = THREE_PARTS.matcher(text);
    return parts.matches()
        && header(parts.group(1))
        && signature(text.substring(0, parts.start(3) - 1), parts.group(3))
        && object(parts.group(2)).filter(this::claims).isPresent();
  }

  private static boolean header(String part) {
    return object(part)
        .filter(header -> isText(header.get("alg"), ALGORITHM))
        // What must be understood, and is not.
        .filter(header -> !header.has("crit"))
        .isPresent();
  }

  private boolean signature(String signed, String part) {
    var given = decode(part);
    if (given == null) {
      return false;
    }
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return MessageDigest.isEqual(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)), given);
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  private boolean claims(JsonNode claims) {
    var now = time.now();
    var seconds =
        BigDecimal.valueOf(now.getEpochSecond()).add(BigDecimal.valueOf(now.getNano(), 9));
    return expiry(claims.get("exp"), seconds)
        && start(claims.get("nbf"), seconds)
        && audience(claims.get("aud"))
        && issuer(claims.get("iss"))
        && isTrue(claims.get("superuser"));
  }

  private boolean expiry(@Nullable JsonNode exp, BigDecimal now) {
    var until = number(exp);
    return until == null ? !requiresExpiry : until.compareTo(now) >= 0;
  }

  private static boolean start(@Nullable JsonNode nbf, BigDecimal now) {
    var from = number(nbf);
    return nbf == null || (from != null && from.compareTo(now) <= 0);
  }

  /// Null for what is no number, and for one whose digits would take long to write out.
  private static @Nullable BigDecimal number(@Nullable JsonNode node) {
    if (node == null || !node.isNumber()) {
      return null;
    }
    var value = node.doubleValue();
    return Double.isFinite(value) ? BigDecimal.valueOf(value) : null;
  }

  private static boolean audience(@Nullable JsonNode aud) {
    if (aud == null) {
      return false;
    }
    if (!aud.isArray()) {
      return aud.isString() && AUDIENCES.contains(aud.stringValue());
    }
    return aud.valueStream()
        .anyMatch(one -> one.isString() && AUDIENCES.contains(one.stringValue()));
  }

  private static boolean issuer(@Nullable JsonNode iss) {
    return iss == null || !iss.isString() || isText(iss, ISSUER);
  }

  private static boolean isText(@Nullable JsonNode node, String wanted) {
    return node != null && node.isString() && node.stringValue().equals(wanted);
  }

  private static boolean isTrue(@Nullable JsonNode node) {
    return node != null && node.isBoolean() && node.booleanValue();
  }

  private static Optional<JsonNode> object(String part) {
    var bytes = decode(part);
    if (bytes == null) {
      return Optional.empty();
    }
    try {
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return Optional.of(Json.parse(text).tree()).filter(JsonNode::isObject);
    } catch (CharacterCodingException | InvalidJsonException e) {
      return Optional.empty();
    }
  }

  private static byte @Nullable [] decode(String part) {
    try {
      return Base64.getUrlDecoder().decode(part);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
