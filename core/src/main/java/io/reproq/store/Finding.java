package io.reproq.store;

/// One thing seen in an examination of a store.
///
/// @param subject what was looked at, in a few words that stay the same
/// @param seen what was found, with its number
/// @param advice the way out; empty when all is well
public record Finding(Severity severity, String subject, String seen, String advice) {

  /// How bad it is, the worst first.
  public enum Severity {
    /// Work stands still, is lost or soon will be.
    BAD,
    /// Slower than it could be, or on its way to be bad.
    WARNING,
    /// As it should be.
    WELL
  }
}
