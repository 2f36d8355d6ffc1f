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

  /// libpq's keyword form would otherwise become a file of that name, password included.
  private static final Pattern KEYWORDS =
      Pattern.compile("(^|\\s)(host|hostaddr|port|dbname|user|password|service)\\s*=");

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
    if (KEYWORDS.matcher(path).find()) {
      throw new InvalidDsnException(
          "the database looks like keyword=value pairs, which are not read; " + KNOWN);
    }
    return file(path);
  }

  static Dsn memory(String rest) {
    if (!rest.isEmpty() && !rest.equals("//")) {
      throw new InvalidDsnException("memory: takes nothing behind it");
    }
    return new Dsn.Memory();
  }

  /// `sqlite:FILE`, and the URL forms `sqlite:///absolute` and `sqlite://relative`.
  static Dsn sqlite(String rest) {
    var file = rest.startsWith("//") ? rest.substring(2) : rest;
    if (file.isBlank()) {
      throw new InvalidDsnException("sqlite: needs a file, as in sqlite:reproq.db");
    }
    return file(file);
  }

  private static Dsn file(String file) {
    if (file.contains("://")) {
      // Not shown: it may hold a password.
      throw new InvalidDsnException(
          "the database holds '://' but does not begin with its scheme: take away what stands"
              + " before it; "
              + KNOWN);
    }
    if (file.equals(":memory:")) {
      throw new InvalidDsnException(
          "SQLite's :memory: would be another database for every connection: use memory:");
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
    refuseStrayPassword(uri);
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

  /// A `/`, `?` or `#` within a password ends the authority, and the password's rest would be taken
  /// for a database or an option, and shown.
  private static void refuseStrayPassword(URI uri) {
    var path = uri.getRawPath();
    var query = uri.getRawQuery();
    if (uri.getRawFragment() != null
        || (path != null && path.contains("@"))
        || (query != null && query.contains("@"))) {
      throw new InvalidDsnException(
          "a postgres:// URL holds no '#', and '@' only before the host: percent-encode special"
              + " characters in user and password (/ is %2F, ? is %3F, # is %23, @ is %40)");
    }
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
    // Not shown: without a host behind it, what looks like a port is a password.
    throw new InvalidDsnException(
        "the port of a postgres:// URL must be a number from 1 to 65535; if user:password was"
            + " meant, @host is missing behind it");
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
          throw new InvalidDsnException(
              "an option of a postgres:// URL is name=value, number "
                  + (options.size() + 1)
                  + " is not");
        }
      }
    }
    return options;
  }

  /// Percent-decoding; a plus stays a plus. The URI has checked that two hex digits follow each
  /// percent sign.
  private static String decode(String text) {
    var decoded = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    if (decoded.indexOf('\uFFFD') >= 0 || decoded.indexOf('\0') >= 0) {
      throw new InvalidDsnException(
          "what is percent-encoded in a postgres:// URL must be UTF-8 without NUL");
    }
    return decoded;
  }
}
