package io.reproq.process;

import java.util.Map;

/// How a process ended, in words: `exit status 1`, `signal: killed`.
///
/// @param signal the signal that ended it, 0 when none did
record Exit(int status, int signal) {
  /// The end of whom nobody waited for after KILL.
  static final Exit KILLED = new Exit(137, 9);

  private static final int SIGNALLED = 128;
  private static final int LAST_SIGNAL = 64;
  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(1, "hangup"),
          Map.entry(2, "interrupt"),
          Map.entry(3, "quit"),
          Map.entry(4, "illegal instruction"),
          Map.entry(6, "aborted"),
          Map.entry(8, "floating point exception"),
          Map.entry(9, "killed"),
          Map.entry(11, "segmentation fault"),
          Map.entry(13, "broken pipe"),
          Map.entry(14, "alarm clock"),
          Map.entry(15, "terminated"));

  /// What [Process#exitValue] says, which shows a signal as shells do.
  static Exit ofValue(int value) {
    return value > SIGNALLED && value <= SIGNALLED + LAST_SIGNAL
        ? new Exit(value, value - SIGNALLED)
        : new Exit(value, 0);
  }

  boolean isClean() {
    return status == 0 && signal == 0;
  }

  @Override
  public String toString() {
    return signal == 0
        ? "exit status " + status
        : "signal: " + NAMES.getOrDefault(signal, String.valueOf(signal));
  }
}
