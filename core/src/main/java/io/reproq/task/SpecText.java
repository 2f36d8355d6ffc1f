package io.reproq.task;

import io.reproq.json.CanonicalJson;
import io.reproq.json.InvalidJsonException;
import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Between a [Spec] and its canonical text.
///
/// A retry policy other than the default stands in `exec.retry`, and the wish for the results of
/// predecessors in `exec.with_results`. Both are absent otherwise, so that the hashes of contract
/// tasks stay what they are.
final class SpecText {
  private static final int VERSION = 1;

  private SpecText() {}

  /// Writes the fields in canonical order, which is alphabetical: the text is canonical as it
  /// comes.
  static String write(Spec spec) {
    var out = new StringBuilder(384);
    var limits = spec.limits();
    var provenance = spec.provenance();
    CanonicalJson.append(out.append("{\"args\":"), spec.payload().args().tree(), 1);
    string(out.append(",\"concurrency_key\":"), limits.concurrencyKey());
    out.append(",\"concurrency_limit\":").append(limits.concurrencyLimit());
    exec(out.append(",\"exec\":"), spec);
    CanonicalJson.append(out.append(",\"kwargs\":"), spec.payload().kwargs().tree(), 1);
    string(out.append(",\"lock_key\":"), limits.lockKey());
    out.append(",\"priority\":").append(spec.priority());
    string(out.append(",\"provenance\":{\"code_ref\":"), provenance.codeRef());
    string(out.append(",\"pip_lock_hash\":"), provenance.pipLockHash());
    string(out.append("},\"queue_name\":"), spec.queue());
    string(out.append(",\"run_after\":"), spec.runAfter());
    out.append(",\"takes_context\":").append(spec.payload().takesContext());
    string(out.append(",\"task_path\":"), spec.taskPath());
    return out.append(",\"v\":").append(VERSION).append('}').toString();
  }

  private static void exec(StringBuilder out, Spec spec) {
    var retry = spec.retry();
    out.append("{\"max_attempts\":").append(retry.maxAttempts());
    if (!retry.equals(RetryPolicy.DEFAULT.withMaxAttempts(retry.maxAttempts()))) {
      out.append(",\"retry\":{\"base_seconds\":").append(seconds(retry.base()));
      out.append(",\"cap_seconds\":").append(seconds(retry.cap()));
      out.append(",\"factor\":").append(number(BigDecimal.valueOf(retry.factor())));
      out.append(",\"jitter\":").append(number(BigDecimal.valueOf(retry.jitter())));
      nonRetryable(out, retry);
      out.append('}');
    }
    out.append(",\"timeout_seconds\":").append(seconds(spec.timeout()));
    if (spec.withResults()) {
      out.append(",\"with_results\":true");
    }
    out.append('}');
  }

  /// Absent when empty, and sorted, so that equal policies are equal texts.
  private static void nonRetryable(StringBuilder out, RetryPolicy retry) {
    var separator = ",\"non_retryable\":[";
    for (var name : new TreeSet<>(retry.nonRetryable())) {
      CanonicalJson.appendString(out.append(separator), name);
      separator = ",";
    }
    out.append(retry.nonRetryable().isEmpty() ? "" : "]");
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

  /// Reads any JSON text of a spec; the result's own text is the canonical form of all of it.
  static Spec parse(String text) {
    return read(() -> {
      var root = object(text);
      return fields(root).buildWithText(CanonicalJson.write(root));
    });
  }

  /// Reads a spec from a store, whose canonical text is made later.
  static Spec stored(String text) {
    return read(() -> fields(object(text)).buildStored(text));
  }

  /// The canonical form of a text that was read before.
  static String canonical(String text) {
    return CanonicalJson.write(object(text));
  }

  private static Spec read(Supplier<Spec> reading) {
    try {
      return reading.get();
    } catch (InvalidSpecException e) {
      throw e;
    } catch (InvalidJsonException e) {
      throw new InvalidSpecException("the spec is not usable: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw new InvalidSpecException(String.valueOf(e.getMessage()));
    }
  }

  private static Spec.Builder fields(JsonNode root) {
    var fields = new SpecFields(root, "");
    var version = fields.integer("v", VERSION);
    if (version != VERSION) {
      throw new InvalidSpecException("v must be " + VERSION + ", was " + version);
    }
    var exec = fields.fields("exec");
    return Spec.of(required(fields, "task_path"))
        .payload(payload(fields))
        .queue(orDefault(fields.text("queue_name"), Spec.DEFAULT_QUEUE))
        .priority(fields.integer("priority", 0))
        .limits(limits(fields))
        .runAfter(fields.text("run_after"))
        .timeout(exec.duration("timeout_seconds", Spec.DEFAULT_TIMEOUT))
        .retry(retry(exec))
        .withResults(exec.flag("with_results"))
        .provenance(provenance(fields.fields("provenance")));
  }

  private static JsonNode object(String text) {
    var root = new Json(text).tree();
    if (!root.isObject()) {
      throw new InvalidSpecException(
          "the spec must be a JSON object, was " + SpecFields.kind(root));
    }
    return root;
  }

  private static Payload payload(SpecFields root) {
    return new Payload(root.array("args"), root.object("kwargs"), root.flag("takes_context"));
  }

  private static Limits limits(SpecFields root) {
    return new Limits(
        root.text("lock_key"),
        root.text("concurrency_key"),
        Math.max(0, root.integer("concurrency_limit", 0)));
  }

  private static RetryPolicy retry(SpecFields exec) {
    var otherwise = RetryPolicy.DEFAULT;
    var retry = exec.fields("retry");
    return new RetryPolicy(
        exec.integer("max_attempts", otherwise.maxAttempts()),
        retry.duration("base_seconds", otherwise.base()),
        retry.number("factor", otherwise.factor()),
        retry.duration("cap_seconds", otherwise.cap()),
        retry.number("jitter", otherwise.jitter()),
        retry.texts("non_retryable"));
  }

  private static Provenance provenance(SpecFields provenance) {
    return new Provenance(provenance.text("code_ref"), provenance.text("pip_lock_hash"));
  }

  private static String required(SpecFields fields, String name) {
    var value = fields.text(name);
    if (value == null) {
      throw new InvalidSpecException(name + " is missing");
    }
    return value;
  }

  private static String orDefault(@Nullable String value, String otherwise) {
    return value == null || value.isBlank() ? otherwise : value;
  }
}
