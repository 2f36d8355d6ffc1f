package io.reproq.process;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Reads a stream of a child to its end, so that the child never waits for a reader.
///
/// On a platform thread: to read a pipe blocks one, and who holds a pipe open after its child is
/// gone may do so for ever. Nobody waits for that longer than he says.
final class Drain {
  private static final int CHUNK = 16_384;

  private final CompletableFuture<Void> end = new CompletableFuture<>();

  private Drain() {}

  /// Takes the bytes as they come.
  @FunctionalInterface
  interface Sink {
    void append(byte[] bytes, int length);
  }

  static Drain of(InputStream in, Sink sink) {
    var drain = new Drain();
    Thread.ofPlatform().daemon().name("reproq-output").start(() -> drain.run(in, sink));
    return drain;
  }

  private void run(InputStream in, Sink sink) {
    var chunk = new byte[CHUNK];
    try (in) {
      for (var read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        sink.append(chunk, read);
      }
    } catch (IOException e) {
      // Closed under our hands, because the child is gone: that is an end as well.
    } finally {
      end.complete(null);
    }
  }

  /// Waits for the end of the stream, not longer than `limit`. Not interrupted.
  void await(Duration limit) {
    end.copy().completeOnTimeout(null, limit.toMillis(), TimeUnit.MILLISECONDS).join();
  }
}
