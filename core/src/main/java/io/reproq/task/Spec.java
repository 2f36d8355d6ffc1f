package io.reproq.task;

import io.reproq.retry.RetryPolicy;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// The immutable description of a task: which code, with what, and under which rules.
///
/// Its canonical text is what is stored, and what its hash is taken of. Two equal texts are one
/// task where duplicates are refused. Text and hash are made when first asked for: not every task
/// needs them.
///
/// Contract: `worker-and-django`, section 2. Immutable; safe for use by many threads.
public final class Spec {
  /// How long an attempt may take when nothing else is said.
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(15);

  public static final String DEFAULT_QUEUE = "default";

  private final String taskPath;
  private final Payload payload;
  private final String queue;
  private final int priority;
  private final Limits limits;
  private final @Nullable String runAfter;
  private final Duration timeout;
  private final RetryPolicy retry;
  private final boolean withResults;
  private final Provenance provenance;

  // What a store kept, whose canonical form is not known yet.
  private final @Nullable String stored;

  // Both are idempotent to compute, so a race costs time and nothing else.
  private volatile @Nullable String text;
  private volatile @Nullable String hash;

  private Spec(Builder builder, @Nullable String text, @Nullable String stored) {
    this.taskPath = builder.taskPath;
    this.payload = builder.payload;
    this.queue = builder.queue;
    this.priority = builder.priority;
    this.limits = builder.limits;
    this.runAfter = builder.runAfter;
    this.timeout = builder.timeout;
    this.retry = builder.retry;
    this.withResults = builder.withResults;
    this.provenance = builder.provenance;
    this.text = text;
    this.stored = stored;
  }

  /// Starts a description of a task that runs the code at `taskPath`.
  public static Builder of(String taskPath) {
    return new Builder(taskPath);
  }

  /// Reads a description. Fields it does not know stay in its text, which is canonical, whatever
  /// the form that was read.
  ///
  /// @throws InvalidSpecException when it cannot be run, naming the field
  public static Spec parse(String text) {
    return SpecText.parse(text);
  }

  /// Reads a description that a store kept. Like [#parse], but the canonical form of its text is
  /// made when somebody asks for it: whoever runs a task does not.
  ///
  /// @throws InvalidSpecException when it cannot be run, naming the field
  public static Spec stored(String text) {
    return SpecText.stored(text);
  }

  /// Which code runs, as a dotted path.
  public String taskPath() {
    return taskPath;
  }

  public Payload payload() {
    return payload;
  }

  public String queue() {
    return queue;
  }

  /// Higher runs first.
  public int priority() {
    return priority;
  }

  public Limits limits() {
    return limits;
  }

  /// Earliest time of the first attempt as the caller wrote it (ISO-8601 with offset), null for
  /// now.
  public @Nullable String runAfter() {
    return runAfter;
  }

  /// How long one attempt may take.
  public Duration timeout() {
    return timeout;
  }

  public RetryPolicy retry() {
    return retry;
  }

  /// Whether it is called with what its predecessors in a workflow returned: with the result of the
  /// one, or with the list of all.
  public boolean withResults() {
    return withResults;
  }

  public Provenance provenance() {
    return provenance;
  }

  /// The canonical JSON text.
  public String text() {
    var known = text;
    if (known == null) {
      known = stored == null ? SpecText.write(this) : SpecText.canonical(stored);
      text = known;
    }
    return known;
  }

  /// SHA-256 of the text's UTF-8 bytes, 64 lower-case hex digits.
  public String hash() {
    var known = hash;
    if (known == null) {
      known = sha256(text());
      hash = known;
    }
    return known;
  }

  /// SHA-256 of the UTF-8 bytes of `text`, 64 lower-case hex digits.
  public static String sha256(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256, this one does not", e);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Spec spec && spec.text().equals(text());
  }

  @Override
  public int hashCode() {
    return text().hashCode();
  }

  @Override
  public String toString() {
    return text();
  }

  /// Collects the parts of a [Spec]. Not safe for use by many threads.
  public static final class Builder {
    private final String taskPath;
    private Payload payload = Payload.NONE;
    private String queue = DEFAULT_QUEUE;
    private int priority;
    private Limits limits = Limits.NONE;
    private @Nullable String runAfter;
    private Duration timeout = DEFAULT_TIMEOUT;
    private RetryPolicy retry = RetryPolicy.DEFAULT;
    private boolean withResults;
    private Provenance provenance = Provenance.UNKNOWN;

    private Builder(String taskPath) {
      if (taskPath.isBlank()) {
        throw new InvalidSpecException("task_path is empty: a task needs the path of its code");
      }
      this.taskPath = taskPath;
    }

    /// Default: no arguments.
    public Builder payload(Payload value) {
      payload = value;
      return this;
    }

    /// Default: `default`.
    ///
    /// @throws InvalidSpecException when blank
    public Builder queue(String value) {
      if (value.isBlank()) {
        throw new InvalidSpecException("queue_name is empty: leave it out for the default queue");
      }
      queue = value;
      return this;
    }

    /// Higher runs first. Default: 0.
    public Builder priority(int value) {
      priority = value;
      return this;
    }

    /// Default: none.
    public Builder limits(Limits value) {
      limits = value;
      return this;
    }

    /// ISO-8601 with an offset; it becomes part of the text as it stands. Default: none.
    public Builder runAfter(@Nullable String value) {
      runAfter = value;
      return this;
    }

    /// How long one attempt may take. Default: 900 s.
    ///
    /// @throws InvalidSpecException when not positive
    public Builder timeout(Duration value) {
      if (!value.isPositive()) {
        throw new InvalidSpecException("timeout_seconds must be positive, was " + value);
      }
      timeout = value;
      return this;
    }

    /// Default: [RetryPolicy#DEFAULT].
    public Builder retry(RetryPolicy value) {
      retry = value;
      return this;
    }

    /// Whether it is called with what its predecessors returned. Default: no.
    public Builder withResults(boolean wanted) {
      withResults = wanted;
      return this;
    }

    /// Default: unknown.
    public Builder provenance(Provenance value) {
      provenance = value;
      return this;
    }

    /// The description.
    ///
    /// @throws InvalidSpecException when it has arguments, and is to get others
    public Spec build() {
      return build(null, null);
    }

    Spec buildWithText(String text) {
      return build(text, null);
    }

    Spec buildStored(String text) {
      return build(null, text);
    }

    private Spec build(@Nullable String text, @Nullable String stored) {
      if (withResults && payload.hasArguments()) {
        throw new InvalidSpecException(
            "exec.with_results calls "
                + taskPath
                + " with the results of its predecessors, but it has arguments: leave out one of"
                + " the two");
      }
      return new Spec(this, text, stored);
    }
  }
}
