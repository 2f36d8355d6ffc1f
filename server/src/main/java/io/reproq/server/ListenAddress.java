package io.reproq.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a server listens.
///
/// @param host name or address, null for every address of this machine
/// @param port 0 for any that is free
public record ListenAddress(@Nullable String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(\\[([^\\[\\]]+)]|([^:\\[\\]]*)):(\\d{1,5})");
  private static final int HIGHEST_PORT = 65_535;

  public ListenAddress {
    if (port < 0 || port > HIGHEST_PORT) {
      throw new IllegalArgumentException("a port must be from 0 to 65535, was " + port);
    }
  }

  /// Reads `host:port`, `[::1]:port`, or `:port` for every address.
  ///
  /// @throws IllegalArgumentException when it is none of these
  public static ListenAddress parse(String text) {
    var form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no address such as 127.0.0.1:9090, [::1]:9090 or :9090");
    }
    var host = form.group(2) == null ? form.group(3) : form.group(2);
    return new ListenAddress(
        host == null || host.isEmpty() ? null : host, Integer.parseInt(form.group(4)));
  }

  /// Whether only this machine can reach it.
  boolean isLoopback() {
    if (host == null) {
      return false;
    }
    try {
      for (var address : InetAddress.getAllByName(host)) {
        if (!address.isLoopbackAddress()) {
          return false;
        }
      }
      return true;
    } catch (UnknownHostException e) {
      // Binding will fail, and say so.
      return false;
    }
  }

  @Override
  public String toString() {
    var shown = host == null ? "" : host.contains(":") ? "[" + host + "]" : host;
    return shown + ":" + port;
  }
}
