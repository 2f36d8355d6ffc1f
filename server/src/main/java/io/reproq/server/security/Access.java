package io.reproq.server.security;

import io.reproq.clock.TimeSource;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Decides about every request: first from where it comes, then by its credentials. Good ones are
/// admitted whatever happened before. Safe for use by many threads.
public final class Access {
  private static final Pattern BEARER =
      Pattern.compile("bearer +(.+)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final AccessConfig config;
  private final byte @Nullable [] secret;
  private final @Nullable JsonWebToken webToken;
  private final RefusalLimiter limiter;

  public Access(AccessConfig config, TimeSource time) {
    this.config = config;
    this.limiter = new RefusalLimiter(config.limiter(), time);
    var token = config.token();
    this.secret = token == null ? null : token.getBytes(StandardCharsets.UTF_8);
    this.webToken = secret == null ? null : new JsonWebToken(secret, config.jwtRequireExp(), time);
  }

  /// Judges one request, and counts it against `peer` when it is refused.
  ///
  /// @param isHealth whether it asks for what `healthPublic` opens
  /// @param authorization the header, one character for each byte; null for none
  public Verdict judge(InetAddress peer, boolean isHealth, @Nullable String authorization) {
    if (!config.allowList().admits(peer)) {
      return refused(peer, Verdict.FORBIDDEN);
    }
    if ((isHealth && config.healthPublic()) || isAuthorized(authorization)) {
      return Verdict.ADMITTED;
    }
    return refused(peer, Verdict.UNAUTHORIZED);
  }

  private Verdict refused(InetAddress peer, Verdict why) {
    return limiter.refuse(peer) ? Verdict.RATE_LIMITED : why;
  }

  private boolean isAuthorized(@Nullable String authorization) {
    if (secret == null || webToken == null) {
      return true;
    }
    if (authorization == null) {
      return false;
    }
    var bearer = BEARER.matcher(authorization.strip());
    if (!bearer.matches()) {
      return false;
    }
    var given = bearer.group(1);
    return MessageDigest.isEqual(given.getBytes(StandardCharsets.ISO_8859_1), secret)
        || webToken.verify(given);
  }
}
