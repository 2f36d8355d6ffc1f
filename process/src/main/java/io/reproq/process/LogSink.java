package io.reproq.process;

import io.reproq.worker.Attempt;
import io.reproq.worker.Notes;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where the output of one attempt goes. Told by one thread at a time.
interface LogSink {
  /// Takes what the attempt wrote to standard error, as it comes. Never empty.
  void append(String text);

  /// There is no more.
  ///
  /// @param stdout what it wrote to standard output, empty when that was an envelope
  void end(String stdout);

  /// The sink of an attempt: a file in `folder`, or the store where there is none.
  static LogSink of(@Nullable Path folder, String name, Attempt attempt) {
    return folder == null
        ? new StoreSink(attempt.notes())
        : new FileSink(folder.resolve(name), attempt);
  }

  /// Keeps output in the store.
  record StoreSink(Notes notes) implements LogSink {
    @Override
    public void append(String text) {
      notes.output(text);
    }

    @Override
    public void end(String stdout) {
      if (!stdout.isEmpty()) {
        notes.output("\nSTDOUT:\n" + stdout + "\n");
      }
    }
  }
}
