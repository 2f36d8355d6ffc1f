package io.reproq.server.security;

import org.jspecify.annotations.Nullable;

/// Who may ask, and how.
///
/// @param token the shared secret, as it is or as the key of JSON web tokens; null for none
/// @param healthPublic whether `/healthz` and `/readyz` need no token
/// @param insecure whether an address beyond this machine may be served to anyone
/// @param jwtRequireExp whether a web token that never expires is refused
public record AccessConfig(
    @Nullable String token,
    AllowList allowList,
    LimiterConfig limiter,
    boolean healthPublic,
    boolean insecure,
    boolean jwtRequireExp) {
  /// No token, no allow-list: for this machine alone.
  public static final AccessConfig OPEN =
      new AccessConfig(null, AllowList.ALL, LimiterConfig.DEFAULT, false, false, true);

  /// A blank token is none.
  public AccessConfig {
    token = token == null || token.isBlank() ? null : token;
  }

  public AccessConfig withToken(@Nullable String value) {
    return new AccessConfig(value, allowList, limiter, healthPublic, insecure, jwtRequireExp);
  }

  public AccessConfig withAllowList(AllowList value) {
    return new AccessConfig(token, value, limiter, healthPublic, insecure, jwtRequireExp);
  }

  public AccessConfig withLimiter(LimiterConfig value) {
    return new AccessConfig(token, allowList, value, healthPublic, insecure, jwtRequireExp);
  }

  public AccessConfig withHealthPublic(boolean value) {
    return new AccessConfig(token, allowList, limiter, value, insecure, jwtRequireExp);
  }

  public AccessConfig withInsecure(boolean value) {
    return new AccessConfig(token, allowList, limiter, healthPublic, value, jwtRequireExp);
  }

  public AccessConfig withJwtRequireExp(boolean value) {
    return new AccessConfig(token, allowList, limiter, healthPublic, insecure, value);
  }

  /// Never shows the token.
  @Override
  public String toString() {
    return "AccessConfig[token=%s, allowList=%s, limiter=%s]"
        .formatted(token == null ? "none" : "set", allowList.isEmpty() ? "none" : "set", limiter);
  }
}
