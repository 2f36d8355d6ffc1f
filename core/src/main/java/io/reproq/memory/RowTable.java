package io.reproq.memory;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// All rows by id. Ids are dense and only grow, so pages of an array do, and nothing is ever copied
/// but the list of pages.
final class RowTable {
  private static final int PAGE_BITS = 12;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;

  private @Nullable Row[][] pages = new Row[16][];
  private long last;

  /// The id that the next row gets; the first one is 1.
  long nextId() {
    return last + 1;
  }

  /// Adds `row`, whose id must be [#nextId].
  void add(Row row) {
    last++;
    var page = (int) (last >>> PAGE_BITS);
    if (page == pages.length) {
      pages = Arrays.copyOf(pages, page * 2);
    }
    if (pages[page] == null) {
      pages[page] = new Row[PAGE_SIZE];
    }
    pages[page][slot(last)] = row;
  }

  /// The row with that id, or null when there is none.
  @Nullable Row get(long id) {
    return id < 1 || id > last ? null : pages[(int) (id >>> PAGE_BITS)][slot(id)];
  }

  /// The greatest id so far, 0 when there is none.
  long lastId() {
    return last;
  }

  private static int slot(long id) {
    return (int) id & (PAGE_SIZE - 1);
  }
}
