package io.reproq.bench;

import java.util.ArrayList;
import java.util.regex.Pattern;

/// What one statement of one side cost the database.
///
/// @param statement what it writes, or reads when it only reads
/// @param rows that a call returned or changed, on average
/// @param milliseconds that a call ran, on average
/// @param planning milliseconds that were spent on plans, for each call
/// @param share of the time that all statements of this side took
/// @param walBytes of a call, on average, without its commit
record StatementCost(
    String side,
    String statement,
    long calls,
    double rows,
    double milliseconds,
    double planning,
    double share,
    double walBytes) {
  private static final Pattern WRITES =
      Pattern.compile("(INSERT INTO|DELETE FROM|(?<!FOR )UPDATE)\\s+(?:reproq\\.|raw\\.)?(\\w+)");
  private static final Pattern READS = Pattern.compile("FROM\\s+(?:reproq\\.|raw\\.)?([a-z_]+)");
  private static final int LENGTH = 60;

  /// A short name for `sql`: statements of ours differ by the tables that they write.
  static String nameOf(String sql) {
    var writes = new ArrayList<String>();
    var found = WRITES.matcher(sql);
    while (found.find()) {
      var sign =
          switch (found.group(1)) {
            case "INSERT INTO" -> "+";
            case "DELETE FROM" -> "-";
            default -> "~";
          };
      var write = sign + found.group(2);
      if (!writes.contains(write)) {
        writes.add(write);
      }
    }
    if (!writes.isEmpty()) {
      return shortened(String.join(" ", writes));
    }
    var read = READS.matcher(sql);
    return shortened(read.find() ? "? " + read.group(1) : sql.replaceAll("\\s+", " ").strip());
  }

  private static String shortened(String text) {
    return text.length() <= LENGTH ? text : text.substring(0, LENGTH - 1) + "…";
  }
}
