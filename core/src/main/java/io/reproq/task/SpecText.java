package io.reproq.task;

import io.reproq.json.CanonicalJson;
import io.reproq.json.InvalidJsonException;
import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Between a [Spec] and its canonical text.
///
/// A retry policy other than the default stands in `exec.retry` and is absent otherwise, so that
/// the hashes of contract tasks stay what they are.
final class SpecText {
  private SpecText() {}

  /// Writes the fields in canonical order, which is alphabetical: the text is canonical as it
  /// comes.
  static String write(Spec spec) {
    var out = new StringBuilder(384);
    var limits = spec.limits();
    var provenance = spec.provenance();
    out.append("{\"args\":").append(spec.payload().args().canonical());
    string(out.append(",\"concurrency_key\":"), limits.concurrencyKey());
    out.append(",\"concurrency_limit\":").append(limits.concurrencyLimit());
    exec(out.append(",\"exec\":"), spec);
    out.append(",\"kwargs\":").append(spec.payload().kwargs().canonical());
    string(out.append(",\"lock_key\":"), limits.lockKey());
    out.append(",\"priority\":").append(spec.priority());
    string(out.append(",\"provenance\":{\"code_ref\":"), provenance.codeRef());
    string(out.append(",\"pip_lock_hash\":"), provenance.pipLockHash());
    string(out.append("},\"queue_name\":"), spec.queue());
    string(out.append(",\"run_after\":"), spec.runAfter());
    out.append(",\"takes_context\":").append(spec.payload().takesContext());
    string(out.append(",\"task_path\":"), spec.taskPath());
    return out.append(",\"v\":1}").toString();
  }

  private static void exec(StringBuilder out, Spec spec) {
    var retry = spec.retry();
    out.append("{\"max_attempts\":").append(retry.maxAttempts());
    if (!retry.equals(RetryPolicy.DEFAULT.withMaxAttempts(retry.maxAttempts()))) {
      out.append(",\"retry\":{\"base_seconds\":").append(seconds(retry.base()));
      out.append(",\"cap_seconds\":").append(seconds(retry.cap()));
      out.append(",\"factor\":").append(number(BigDecimal.valueOf(retry.factor())));
      out.append(",\"jitter\":").append(number(BigDecimal.valueOf(retry.jitter())));
      out.append('}');
    }
    out.append(",\"timeout_seconds\":").append(seconds(spec.timeout())).append('}');
  }

  /// Whole seconds as an integer, as the contract has them, others as a fraction.
  private static String seconds(Duration duration) {
    return number(
        BigDecimal.valueOf(duration.getNano(), 9).add(BigDecimal.valueOf(duration.getSeconds())));
  }

  private static String number(BigDecimal value) {
    var plain = value.stripTrailingZeros();
    return plain.scale() <= 0
        ? plain.toBigIntegerExact().toString()
        : new Json(plain.toPlainString()).canonical().text();
  }

  private static void string(StringBuilder out, @Nullable String value) {
    if (value == null) {
      out.append("null");
    } else {
      CanonicalJson.appendString(out, value);
    }
  }

  static Spec parse(String text) {
    var root = object(text);
    var exec = root.path("exec");
    try {
      return Spec.of(required(root, "task_path"))
          .payload(payload(root))
          .queue(orDefault(text(root, "queue_name"), Spec.DEFAULT_QUEUE))
          .priority(integer(root, "priority", 0))
          .limits(limits(root))
          .runAfter(text(root, "run_after"))
          .timeout(duration(exec, "timeout_seconds", Spec.DEFAULT_TIMEOUT))
          .retry(retry(exec))
          .provenance(
              new Provenance(
                  text(root.path("provenance"), "code_ref"),
                  text(root.path("provenance"), "pip_lock_hash")))
          .buildWithText(text);
    } catch (InvalidSpecException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new InvalidSpecException(String.valueOf(e.getMessage()));
    }
  }

  private static JsonNode object(String text) {
    JsonNode root;
    try {
      root = new Json(text).tree();
    } catch (InvalidJsonException e) {
      throw new InvalidSpecException("the spec is " + e.getMessage());
    }
    if (!root.isObject()) {
      throw new InvalidSpecException("the spec must be a JSON object, was " + kind(root));
    }
    return root;
  }

  private static Payload payload(JsonNode root) {
    return new Payload(
        part(root, "args", Json.EMPTY_ARRAY),
        part(root, "kwargs", Json.EMPTY_OBJECT),
        root.path("takes_context").booleanValue(false));
  }

  /// A missing part, or null, is as good as an empty one.
  private static Json part(JsonNode root, String field, Json empty) {
    var node = root.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return empty;
    }
    var wantsArray = empty.equals(Json.EMPTY_ARRAY);
    if (wantsArray ? !node.isArray() : !node.isObject()) {
      throw new InvalidSpecException(
          field + " must be a JSON " + (wantsArray ? "array" : "object") + ", was " + kind(node));
    }
    return new Json(CanonicalJson.write(node));
  }

  private static Limits limits(JsonNode root) {
    return new Limits(
        text(root, "lock_key"),
        text(root, "concurrency_key"),
        Math.max(0, integer(root, "concurrency_limit", 0)));
  }

  private static RetryPolicy retry(JsonNode exec) {
    var attempts = integer(exec, "max_attempts", RetryPolicy.DEFAULT.maxAttempts());
    var policy = RetryPolicy.DEFAULT.withMaxAttempts(attempts);
    var retry = exec.path("retry");
    return policy
        .withBase(duration(retry, "base_seconds", policy.base()))
        .withCap(duration(retry, "cap_seconds", policy.cap()))
        .withFactor(retry.path("factor").doubleValue(policy.factor()))
        .withJitter(retry.path("jitter").doubleValue(policy.jitter()));
  }

  private static Duration duration(JsonNode parent, String field, Duration otherwise) {
    var node = parent.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return otherwise;
    }
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw new InvalidSpecException(field + " must be a number of seconds, was " + node);
    }
    var nanos = node.decimalValue().movePointRight(9).toBigInteger();
    return nanos.bitLength() < Long.SIZE
        ? Duration.ofNanos(nanos.longValue())
        : Duration.ofSeconds(node.decimalValue().longValue());
  }

  private static int integer(JsonNode parent, String field, int otherwise) {
    var node = parent.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return otherwise;
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw new InvalidSpecException(field + " must be a 32-bit integer, was " + node);
    }
    return node.intValue();
  }

  private static String required(JsonNode root, String field) {
    var value = text(root, field);
    if (value == null) {
      throw new InvalidSpecException(field + " is missing");
    }
    return value;
  }

  private static @Nullable String text(JsonNode parent, String field) {
    var node = parent.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    if (!node.isString()) {
      throw new InvalidSpecException(field + " must be a string, was " + kind(node));
    }
    return node.stringValue();
  }

  private static String orDefault(@Nullable String value, String otherwise) {
    return value == null || value.isBlank() ? otherwise : value;
  }

  private static String kind(JsonNode node) {
    return node.getNodeType().name().toLowerCase(java.util.Locale.ROOT);
  }
}
