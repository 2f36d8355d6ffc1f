package io.reproq.process;

import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/// How many values there were, their sum and the greatest. Safe for use by many threads.
final class Spread {
  private final LongAdder count = new LongAdder();
  private final LongAdder sum = new LongAdder();
  private final LongAccumulator most = new LongAccumulator(Math::max, 0);

  void add(long value) {
    count.increment();
    sum.add(value);
    most.accumulate(value);
  }

  ExecutorMetrics.Values values() {
    return new ExecutorMetrics.Values(count.sum(), sum.sum(), most.get());
  }
}
