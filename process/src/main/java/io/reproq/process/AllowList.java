package io.reproq.process;

import java.util.List;
import java.util.regex.Pattern;

/// Which task paths may run in a child.
///
/// An entry is a module, or a path within one, with or without a dot at its end: `myapp.tasks` and
/// `myapp.tasks.` both admit `myapp.tasks.send` and never `myapp.tasks_evil.send`. `*` admits every
/// path that is well-formed.
public record AllowList(List<String> entries) {
  private static final String ANYTHING = "*";

  /// Names as Python has them, joined by single dots.
  private static final Pattern PATH =
      Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*+(\\.[\\p{L}_][\\p{L}\\p{N}_]*+)*+");

  /// What holds where nothing is said.
  public static final AllowList DEFAULT = new AllowList(List.of("myapp.tasks.", "tasks."));

  /// @throws IllegalArgumentException when there is no entry, or one is neither `*` nor a path
  public AllowList {
    entries = List.copyOf(entries);
    if (entries.isEmpty()) {
      throw new IllegalArgumentException(
          "allowed_task_modules is empty, so nothing could run: name modules, or * for all");
    }
    entries.forEach(AllowList::check);
  }

  /// The list of `entries`, [#DEFAULT] when there are none.
  public static AllowList of(List<String> entries) {
    return entries.isEmpty() ? DEFAULT : new AllowList(entries);
  }

  /// Whether `taskPath` may run.
  public boolean admits(String taskPath) {
    return PATH.matcher(taskPath).matches()
        && entries.stream().anyMatch(entry -> covers(entry, taskPath));
  }

  /// Whether every well-formed path may run.
  public boolean admitsAll() {
    return entries.contains(ANYTHING);
  }

  private static boolean covers(String entry, String taskPath) {
    if (entry.equals(ANYTHING)) {
      return true;
    }
    var module = withoutDot(entry);
    return taskPath.startsWith(module)
        && (taskPath.length() == module.length() || taskPath.charAt(module.length()) == '.');
  }

  private static void check(String entry) {
    if (!entry.equals(ANYTHING) && !PATH.matcher(withoutDot(entry)).matches()) {
      throw new IllegalArgumentException(
          "allowed_task_modules: '%s' is no module: write one like myapp.tasks, or * for all"
              .formatted(entry));
    }
  }

  private static String withoutDot(String entry) {
    return entry.endsWith(".") ? entry.substring(0, entry.length() - 1) : entry;
  }
}
