package io.reproq.server.door;

import io.reproq.server.events.EventFeed;
import org.jspecify.annotations.Nullable;

/// What a server asks when it is asked. All are called by many threads.
///
/// @param events null when there are none to tell
public record Doors(
    HealthCheck health, Readiness readiness, MetricsSource metrics, @Nullable EventFeed events) {

  /// Whether the database answers.
  @FunctionalInterface
  public interface HealthCheck {
    /// Asks it. May take long; then the answer is no.
    ///
    /// @throws Exception when it does not
    void check() throws Exception;
  }

  /// Whether the worker is at work: has claimed, or looked for tasks, lately.
  @FunctionalInterface
  public interface Readiness {
    /// Why it is not, in one line; null when it is. Quick.
    @Nullable String obstacle();
  }

  /// What is measured.
  @FunctionalInterface
  public interface MetricsSource {
    /// All of it, in a form that `accept` asks for.
    ///
    /// @param accept the header, null for none
    MetricsPage render(@Nullable String accept);
  }

  /// Metrics as text.
  ///
  /// @param contentType with its version and charset, such as `text/plain; version=0.0.4;
  ///   charset=utf-8`
  public record MetricsPage(String contentType, String body) {}
}
