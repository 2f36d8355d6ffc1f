package io.reproq.server.security;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// From which addresses one may ask. Without an entry, from all.
public final class AllowList {
  /// Admits every address.
  public static final AllowList ALL = new AllowList(List.of());

  private final List<AddressRange> ranges;

  private AllowList(List<AddressRange> ranges) {
    this.ranges = List.copyOf(ranges);
  }

  /// Reads a comma list of addresses, ranges such as `10.0.0.0/8`, and `localhost`.
  ///
  /// @throws IllegalArgumentException when an entry is none of these; the message names it
  public static AllowList parse(String text) {
    var ranges = new ArrayList<AddressRange>();
    for (var part : text.split(",", -1)) {
      var entry = part.strip();
      if (!entry.isEmpty()) {
        ranges.addAll(ranges(entry));
      }
    }
    return ranges.isEmpty() ? ALL : new AllowList(ranges);
  }

  /// Whether it admits every address.
  public boolean isEmpty() {
    return ranges.isEmpty();
  }

  /// Whether one may ask from `peer`.
  public boolean admits(InetAddress peer) {
    return ranges.isEmpty() || ranges.stream().anyMatch(range -> range.contains(peer));
  }

  private static List<AddressRange> ranges(String entry) {
    try {
      return AddressRange.parse(entry);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'" + entry + "' is no IP address, no range such as 10.0.0.0/8 and not localhost", e);
    }
  }
}
