package io.reproq.server;

/// A server would tell everything to anyone beyond this machine, which nobody has asked for.
public final class UnprotectedAddressException extends ServerStartException {
  private static final long serialVersionUID = 1;

  UnprotectedAddressException(ListenAddress address) {
    super(
        "not serving HTTP on "
            + address
            + ", which other machines can reach: it needs a token, an allow-list or a client CA,"
            + " or the word that everybody may read it");
  }
}
