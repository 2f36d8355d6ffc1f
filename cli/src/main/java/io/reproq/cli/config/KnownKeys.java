package io.reproq.cli.config;

import io.reproq.cli.option.CommandFailure;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The keys that a file may have: those of all services, which share one.
final class KnownKeys {
  /// May stand above all services, where it is overruled by each one's own.
  static final String DSN = "dsn";

  /// Above the names of databases.
  static final String DATABASES = "databases.";

  /// Above the names of queues.
  static final String QUEUE_DATABASES = "queue_databases.";

  /// Words that differ by more letters are no mistyped ones of each other.
  private static final int FAR = 3;

  private static final List<String> ALL =
      Stream.concat(
              Stream.of(DSN),
              Stream.concat(Setting.OF_WORKER.stream(), Setting.OF_BEAT.stream()).map(Setting::key))
          .toList();

  private KnownKeys() {}

  /// Looks through all keys of `file`.
  ///
  /// @throws CommandFailure when one is none of these
  static void check(ConfigFile file) {
    for (var key : file.values().keySet()) {
      if (!isKnown(key)) {
        throw new CommandFailure("%s: unknown key %s%s".formatted(file.name(), key, hint(key)));
      }
    }
  }

  private static boolean isKnown(String key) {
    return ALL.contains(key) || key.startsWith(DATABASES) || key.startsWith(QUEUE_DATABASES);
  }

  private static String hint(String key) {
    var below = ALL.stream().filter(known -> known.startsWith(key + ".")).findFirst();
    if (below.isPresent()) {
      return "; it is a section and has keys below it, such as " + below.get();
    }
    return ALL.stream()
        .filter(known -> distance(known, key) <= FAR || lastWord(known).equals(lastWord(key)))
        .min(Comparator.comparingInt(known -> distance(known, key)))
        .map(known -> "; did you mean " + known + "?")
        .orElse("; reproq config shows all that there are");
  }

  private static String lastWord(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  /// How many letters have to be put in, left out or changed to make `b` of `a`.
  private static int distance(String a, String b) {
    var row = IntStream.rangeClosed(0, b.length()).toArray();
    for (var i = 1; i <= a.length(); i++) {
      var diagonal = row[0];
      row[0] = i;
      for (var j = 1; j <= b.length(); j++) {
        var changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
