package io.reproq.dsn;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The parts of [Dsn#parse].
final class DsnText {
  /// Two letters at least: `C:\data\tasks.db` is a path.
  static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):");

  private static final int POSTGRES_PORT = 5432;
  private static final String KNOWN =
      "known are memory:, sqlite:FILE, postgres://user:password@host:port/database";

  private DsnText() {}

  static InvalidDsnException unknown(String scheme) {
    return new InvalidDsnException("unknown database scheme '" + scheme + ":'; " + KNOWN);
  }

  static Dsn barePath(String path) {
    if (path.isBlank()) {
      throw new InvalidDsnException("the database has no name; " + KNOWN);
    }
    return new Dsn.Sqlite(path);
  }

  static Dsn memory(String rest) {
    if (!rest.isEmpty() && !rest.equals("//")) {
      throw new InvalidDsnException("memory: takes nothing behind it, found '" + rest + "'");
    }
    return new Dsn.Memory();
  }

  /// `sqlite:FILE`, and the URL forms `sqlite:///absolute` and `sqlite://relative`.
  static Dsn sqlite(String rest) {
    var file = rest.startsWith("//") ? rest.substring(2) : rest;
    if (file.isBlank()) {
      throw new InvalidDsnException("sqlite: needs a file, as in sqlite:reproq.db");
    }
    return new Dsn.Sqlite(file);
  }

  static Dsn postgres(String rest) {
    URI uri;
    try {
      uri = new URI("postgres:" + rest);
    } catch (URISyntaxException e) {
      // The exception's own text holds the whole URL, password included.
      throw new InvalidDsnException(
          "cannot read the postgres:// URL: "
              + e.getReason()
              + " at position "
              + e.getIndex()
              + "; percent-encode special characters in user and password");
    }
    if (uri.isOpaque()) {
      throw new InvalidDsnException(
          "a PostgreSQL database is postgres://user:password@host:port/database");
    }
    var authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
    var at = authority.lastIndexOf('@');
    var userInfo = at < 0 ? "" : authority.substring(0, at);
    var colon = userInfo.indexOf(':');
    var user = colon < 0 ? userInfo : userInfo.substring(0, colon);
    var password = colon < 0 ? null : decode(userInfo.substring(colon + 1));
    var address = authority.substring(at + 1);
    var database = uri.getRawPath() == null ? "" : decode(uri.getRawPath().replaceFirst("^/", ""));
    var name = user.isEmpty() ? null : decode(user);
    return new Dsn.Postgres(
        name,
        password,
        host(address),
        port(address),
        database.isEmpty() ? (name == null ? "postgres" : name) : database,
        options(uri.getRawQuery()));
  }

  private static String host(String address) {
    var end = portColon(address);
    var host = end < 0 ? address : address.substring(0, end);
    return host.isEmpty() ? "localhost" : decode(host);
  }

  private static int port(String address) {
    var colon = portColon(address);
    if (colon < 0 || colon == address.length() - 1) {
      return POSTGRES_PORT;
    }
    var text = address.substring(colon + 1);
    try {
      var port = Integer.parseInt(text);
      if (port >= 1 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Said below, for both ways to be wrong.
    }
    throw new InvalidDsnException("a port is a number from 1 to 65535, was '" + text + "'");
  }

  /// The colon before the port, -1 when there is none: those inside the brackets of an IPv6 address
  /// do not count.
  private static int portColon(String address) {
    var colon = address.lastIndexOf(':');
    return colon > address.lastIndexOf(']') ? colon : -1;
  }

  private static Map<String, String> options(@Nullable String query) {
    var options = new LinkedHashMap<String, String>();
    if (query != null) {
      for (var pair : query.split("&", -1)) {
        var equals = pair.indexOf('=');
        if (equals > 0) {
          options.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
        } else if (!pair.isEmpty()) {
          throw new InvalidDsnException("an option is name=value, found '" + decode(pair) + "'");
        }
      }
    }
    return options;
  }

  /// Percent-decoding; a plus stays a plus.
  private static String decode(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new InvalidDsnException(
          "a percent sign in a postgres:// URL starts two hex digits: %25 is the sign itself");
    }
  }
}
