package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.store.Finding;
import io.reproq.store.Finding.Severity;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// Looks at the health of a file.
final class Examination implements Readers.Look<List<Finding>> {
  private static final Queries SQL = Queries.of(Examination.class, "examine.sql");
  private static final Query PAGE_SIZE = SQL.get("page_size");
  private static final Query PAGE_COUNT = SQL.get("page_count");
  private static final Query FREE_PAGES = SQL.get("free_pages");
  private static final Query QUICK_CHECK = SQL.get("quick_check");

  private static final long MEBIBYTE = 1 << 20;

  /// From so much on, free room in the file is worth a word.
  private static final long MUCH = 256 * MEBIBYTE;

  @Override
  public List<Finding> at(Readers.Source source) throws SQLException {
    return Stream.of(soundness(source), room(source))
        .sorted(Comparator.comparing(Finding::severity))
        .toList();
  }

  private static Finding soundness(Readers.Source source) throws SQLException {
    var found = source.on(QUICK_CHECK).first(row -> row.text("quick_check"));
    return "ok".equals(found)
        ? new Finding(Severity.WELL, "file", "sound", "")
        : new Finding(
            Severity.BAD,
            "file",
            String.valueOf(found),
            "stop all programs, and restore a backup, or save what sqlite3 .recover can");
  }

  private static Finding room(Readers.Source source) throws SQLException {
    var size = number(source, PAGE_SIZE, "page_size");
    var all = size * number(source, PAGE_COUNT, "page_count");
    var free = size * number(source, FREE_PAGES, "freelist_count");
    var isMuch = free > MUCH && free > all / 2;
    return new Finding(
        isMuch ? Severity.WARNING : Severity.WELL,
        "room",
        "%d MiB, of which %d are free".formatted(all / MEBIBYTE, free / MEBIBYTE),
        isMuch ? "it is used again; to give it back, stop all programs and VACUUM the file" : "");
  }

  private static long number(Readers.Source source, Query query, String column)
      throws SQLException {
    return Objects.requireNonNullElse(source.on(query).number(column), 0L);
  }
}
