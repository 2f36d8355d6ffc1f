package io.reproq.server.security;

import java.net.InetAddress;
import java.util.List;
import java.util.regex.Pattern;

/// One address, or all addresses that begin with the same bits.
///
/// @param network what they begin with; only its first `bits` bits count
record AddressRange(InetAddress network, int bits) {
  /// Four numbers without leading zeros, which some read as octal; or anything with a colon.
  private static final Pattern LITERAL =
      Pattern.compile("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  private static final Pattern LENGTH = Pattern.compile("0|[1-9]\\d{0,2}");
  private static final int MAPPED_BITS = 96;
  private static final List<AddressRange> LOCALHOST =
      List.of(parseOne("127.0.0.1"), parseOne("::1"));

  /// The ranges that `entry` stands for: one, or for `localhost` two.
  ///
  /// @throws IllegalArgumentException when it is no address and no range
  static List<AddressRange> parse(String entry) {
    return entry.equalsIgnoreCase("localhost") ? LOCALHOST : List.of(parseOne(entry));
  }

  /// Whether `address` is in it. Zones do not count, and the JDK makes an IPv4 address of one that
  /// comes as IPv6.
  boolean contains(InetAddress address) {
    var mine = network.getAddress();
    var other = address.getAddress();
    if (other.length != mine.length) {
      return false;
    }
    for (var bit = 0; bit < bits; bit++) {
      var mask = 0x80 >> (bit % 8);
      if (((mine[bit / 8] ^ other[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  private static AddressRange parseOne(String entry) {
    var slash = entry.indexOf('/');
    var text = slash < 0 ? entry : entry.substring(0, slash);
    if (!LITERAL.matcher(text).matches()) {
      throw new IllegalArgumentException("not an address: " + text);
    }
    var network = InetAddress.ofLiteral(text);
    var width = network.getAddress().length * 8;
    if (slash < 0) {
      return new AddressRange(network, width);
    }
    // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
    var left = width == 32 && text.contains(":") ? MAPPED_BITS : 0;
    return new AddressRange(network, length(entry.substring(slash + 1), left, width + left) - left);
  }

  private static int length(String text, int least, int most) {
    var length = LENGTH.matcher(text).matches() ? Integer.parseInt(text) : -1;
    if (length < least || length > most) {
      throw new IllegalArgumentException(
          "not a prefix length from " + least + " to " + most + ": " + text);
    }
    return length;
  }
}
