package io.reproq.jdbc.sqlite;

import io.reproq.store.StoreException;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// One verb on its way through the [Writer], and the caller who waits for it.
///
/// @param <T> what it answers with
final class Job<T extends @Nullable Object> {
  private final String what;
  private final Transaction.@Nullable Verb<T> verb;
  private final CountDownLatch done = new CountDownLatch(1);

  // Written by the writer before the latch falls, read by the caller after.
  private @Nullable T answer;
  private @Nullable Throwable failure;
  private boolean bringsWork;

  Job(String what, Transaction.Verb<T> verb) {
    this.what = what;
    this.verb = verb;
  }

  private Job() {
    this.what = "close";
    this.verb = null;
  }

  /// The end of the queue.
  static Job<?> last() {
    return new Job<Object>();
  }

  boolean isLast() {
    return verb == null;
  }

  /// The thing to do, as in "could not claim from".
  String what() {
    return what;
  }

  /// Runs the verb. The caller goes on waiting: nothing is on disk yet.
  void run(Transaction transaction) throws SQLException {
    if (verb != null) {
      answer = verb.in(transaction);
      transaction.finish();
      bringsWork = transaction.bringsWork();
    }
  }

  /// The verb failed, and what it did is undone.
  void failed(Throwable why) {
    failure = why;
    bringsWork = false;
  }

  boolean bringsWork() {
    return bringsWork;
  }

  /// Lets the caller go on, after the commit.
  void answer() {
    done.countDown();
  }

  /// Lets the caller go on with `why`, unless it has its own failure.
  void fail(Throwable why) {
    if (done.getCount() > 0) {
      if (failure == null) {
        failed(why);
      }
      done.countDown();
    }
  }

  /// Waits for the writer. An interrupt does not end it, because the verb may be on its way to
  /// disk; it is kept for the caller.
  @SuppressWarnings("NullAway") // A verb's answer is null only where T says so.
  T await() {
    var interrupted = false;
    while (true) {
      try {
        done.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw rethrown(failure);
    }
    return answer;
  }

  /// The failure with this thread's own trace.
  private static RuntimeException rethrown(Throwable failure) {
    if (failure instanceof StoreException store) {
      return new StoreException(
          String.valueOf(store.getMessage()), store.isTransient(), store.getCause());
    }
    if (failure instanceof RuntimeException misuse) {
      return misuse;
    }
    return new StoreException("the writer failed: " + failure, false, failure);
  }
}
