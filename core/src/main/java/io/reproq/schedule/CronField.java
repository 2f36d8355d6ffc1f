package io.reproq.schedule;

import java.util.List;
import java.util.Locale;

/// One of the five fields of a cron expression: what it may hold, and how it is read.
enum CronField {
  MINUTE("minute", 0, 59, ""),
  HOUR("hour", 0, 23, ""),
  DAY_OF_MONTH("day of month", 1, 31, ""),
  MONTH("month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"),
  DAY_OF_WEEK("day of week", 0, 7, "sun mon tue wed thu fri sat");

  private static final int SUNDAY_TOO = 7;
  private static final int MOST_DIGITS = 4;

  private final String label;
  private final int lowest;
  private final int highest;
  private final String names;

  CronField(String label, int lowest, int highest, String names) {
    this.label = label;
    this.lowest = lowest;
    this.highest = highest;
    this.names = names;
  }

  /// Reads the field, as in `1,10-20/5,30/10`.
  ///
  /// @throws IllegalArgumentException when it cannot be read, naming field, value and range
  Values read(String text) {
    var bits = 0L;
    var isStar = false;
    for (var item : text.split(",", -1)) {
      var slash = item.indexOf('/');
      var range = slash < 0 ? item : item.substring(0, slash);
      var step = slash < 0 ? 1 : step(item, item.substring(slash + 1));
      var isAll = range.equals("*") || range.equals("?");
      isStar |= isAll && step == 1;
      bits |= isAll ? steps(lowest, last(), step) : range(item, range, slash >= 0, step);
    }
    return new Values(bits, isStar, text.startsWith("*") || text.startsWith("?"));
  }

  private long range(String item, String range, boolean hasStep, int step) {
    var dash = range.indexOf('-');
    if (dash < 0) {
      var from = value(item, range);
      return hasStep ? steps(from % (last() + 1), last(), step) : bit(from);
    }
    var from = value(item, range.substring(0, dash));
    var to = value(item, range.substring(dash + 1));
    if (from > to) {
      throw wrong(item, "a range must ascend");
    }
    return steps(from, to, step);
  }

  private long steps(int from, int to, int step) {
    var bits = 0L;
    for (var value = from; value <= to; value += step) {
      bits |= bit(value);
    }
    return bits;
  }

  private long bit(int value) {
    return 1L << (this == DAY_OF_WEEK && value == SUNDAY_TOO ? 0 : value);
  }

  /// The last value that `*` means: Sunday is meant once.
  private int last() {
    return this == DAY_OF_WEEK ? SUNDAY_TOO - 1 : highest;
  }

  private int value(String item, String text) {
    var name = names().indexOf(text.toLowerCase(Locale.ROOT));
    if (name >= 0) {
      return name + lowest;
    }
    if (!isNumber(text)) {
      throw wrong(item, names().isEmpty() ? "wanted a number" : "wanted a number or a name");
    }
    var number = Integer.parseInt(text);
    if (number < lowest || number > highest) {
      throw wrong(item, text + " is out of range");
    }
    return number;
  }

  private int step(String item, String text) {
    if (!isNumber(text) || Integer.parseInt(text) == 0) {
      throw wrong(item, "a step must be a number above 0");
    }
    return Integer.parseInt(text);
  }

  private List<String> names() {
    return names.isEmpty() ? List.of() : List.of(names.split(" ", -1));
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.length() <= MOST_DIGITS
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private IllegalArgumentException wrong(String item, String what) {
    var known = names();
    var words = known.isEmpty() ? "" : ", or " + known.getFirst() + " to " + known.getLast();
    var range = lowest + " to " + highest + words;
    return new IllegalArgumentException(
        "%s '%s': %s (allowed: %s)".formatted(label, item, what, range));
  }

  /// What a field lets pass.
  ///
  /// @param bits the values, each a bit
  /// @param isStar whether it is a bare `*` or `?`, which leaves the day to the other field
  /// @param isWild whether it begins with one
  record Values(long bits, boolean isStar, boolean isWild) {
    boolean has(int value) {
      return ((bits >>> value) & 1) != 0;
    }

    /// The first value from `from` on, -1 for none.
    int from(int from) {
      var rest = from >= Long.SIZE ? 0 : (bits >>> from) << from;
      return rest == 0 ? -1 : Long.numberOfTrailingZeros(rest);
    }
  }
}
