package io.reproq.cli.database;

import io.reproq.store.StoreException;
import io.reproq.store.TaskStore;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What databases answered to the same question, in their order.
///
/// @param missing why the others did not answer
public record Answers<T>(Map<NamedDatabase, T> given, Map<NamedDatabase, String> missing) {
  public Answers {
    given = Collections.unmodifiableMap(new LinkedHashMap<>(given));
    missing = Collections.unmodifiableMap(new LinkedHashMap<>(missing));
  }

  /// Asks each of them. One that does not answer keeps nobody from the answers of the others.
  ///
  /// @throws StoreException when only one is asked, and does not answer
  public static <T> Answers<T> of(List<NamedDatabase> databases, Function<TaskStore, T> question) {
    var given = new LinkedHashMap<NamedDatabase, T>();
    var missing = new LinkedHashMap<NamedDatabase, String>();
    for (var database : databases) {
      try (var store = database.open()) {
        given.put(database, question.apply(store));
      } catch (StoreException e) {
        if (databases.size() == 1) {
          throw e;
        }
        missing.put(database, database.silence(e));
      }
    }
    return new Answers<>(given, missing);
  }

  /// Says which ones did not answer, a line each.
  ///
  /// @return the exit code: 0 when all did
  public int judge(PrintWriter err) {
    missing.values().forEach(line -> err.println("reproq: " + line));
    return missing.isEmpty() ? 0 : 1;
  }
}
