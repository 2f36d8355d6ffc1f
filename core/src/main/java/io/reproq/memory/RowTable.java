package io.reproq.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// All rows by id. Ids are dense and only grow, so pages of an array do, and nothing is ever copied
/// but the list of pages. A page of which all rows are gone is given up.
final class RowTable {
  private static final int PAGE_BITS = 12;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;

  private @Nullable Page[] pages = new Page[16];
  private long last;

  /// The id that the next row gets; the first one is 1.
  long nextId() {
    return last + 1;
  }

  /// Adds `row`, whose id must be [#nextId].
  void add(Row row) {
    last++;
    var number = number(last);
    if (number == pages.length) {
      pages = Arrays.copyOf(pages, number * 2);
    }
    var page = pages[number];
    if (page == null) {
      page = new Page();
      pages[number] = page;
    }
    page.rows[slot(last)] = row;
    page.count++;
  }

  /// Takes the row with that id out, which must be there.
  void remove(long id) {
    var page = pages[number(id)];
    if (page == null || page.rows[slot(id)] == null) {
      throw new IllegalArgumentException("there is no row " + id);
    }
    page.rows[slot(id)] = null;
    page.count--;
    if (page.count == 0) {
      pages[number(id)] = null;
    }
  }

  /// The row with that id, or null when there is none.
  @Nullable Row get(long id) {
    if (id < 1 || id > last) {
      return null;
    }
    var page = pages[number(id)];
    return page == null ? null : page.rows[slot(id)];
  }

  /// All rows, in falling order of id.
  List<Row> newestFirst() {
    var all = new ArrayList<Row>();
    for (var id = last; id > 0; id--) {
      var row = get(id);
      if (row != null) {
        all.add(row);
      }
    }
    return all;
  }

  /// The greatest id so far, 0 when there is none.
  long lastId() {
    return last;
  }

  private static int number(long id) {
    return (int) (id >>> PAGE_BITS);
  }

  private static int slot(long id) {
    return (int) id & (PAGE_SIZE - 1);
  }

  private static final class Page {
    private final @Nullable Row[] rows = new Row[PAGE_SIZE];
    private int count;
  }
}
