package io.reproq.cli.option;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The wish of whoever started the process that it ends: SIGTERM or Ctrl-C. Safe for use by many
/// threads.
///
/// Signals are taken here and not in a shutdown hook, because a process that ends by its hooks has
/// the signal's exit code, and a service that stopped as it was told to ends with 0.
public final class StopSignal {
  private final CountDownLatch raised = new CountDownLatch(1);
  private final AtomicReference<Runnable> impatient = new AtomicReference<>(() -> {});

  /// A signal that nothing but [#raise] raises.
  public StopSignal() {}

  /// From now on the process's own signals raise this one.
  public void listen() {
    try {
      // By reflection, because the only class there is for it makes the compiler warn,
      // unsuppressibly.
      var signal = Class.forName("sun.misc.Signal");
      var handler = Class.forName("sun.misc.SignalHandler");
      var raising =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, given) -> answer(method));
      for (var name : new String[] {"INT", "TERM"}) {
        signal
            .getMethod("handle", signal, handler)
            .invoke(null, signal.getConstructor(String.class).newInstance(name), raising);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Java platform does not let us take signals", e);
    }
  }

  private @Nullable Object answer(Method method) {
    if (method.getName().equals("handle")) {
      raise();
    }
    return null;
  }

  /// Wishes for the end; the second time, for the end at once.
  public void raise() {
    if (raised.getCount() == 0) {
      impatient.get().run();
    }
    raised.countDown();
  }

  /// What is to happen when the wish is repeated.
  public void whenRepeated(Runnable action) {
    impatient.set(action);
  }

  /// Waits for the wish.
  public void await() throws InterruptedException {
    raised.await();
  }

  /// Waits for the wish, for at most `limit`.
  ///
  /// @return whether it came
  public boolean await(Duration limit) throws InterruptedException {
    return raised.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }
}
