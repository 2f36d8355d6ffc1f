package io.reproq.worker;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Wakes the one thread that waits on it. A signal raised while nobody waits is kept, once. Raising
/// costs a read when it is raised already.
final class Signal {
  private volatile boolean raised;
  private volatile @Nullable Thread waiter;

  void raise() {
    if (!raised) {
      raised = true;
      var thread = waiter;
      if (thread != null) {
        LockSupport.unpark(thread);
      }
    }
  }

  /// Waits until it is raised, `nanos` have passed or the thread is interrupted, and lowers it.
  void await(long nanos) {
    waiter = Thread.currentThread();
    if (!raised && nanos > 0) {
      LockSupport.parkNanos(this, nanos);
    }
    waiter = null;
    raised = false;
  }
}
