package io.reproq.observe;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.util.List;

/// The metrics of the Java virtual machine and its process, under Micrometer's names (`jvm_…`,
/// `process_…`, `system_…`). Closing it stops listening to the garbage collector.
public final class JvmMetrics implements AutoCloseable {
  private final JvmGcMetrics collector = new JvmGcMetrics();

  private JvmMetrics() {}

  /// Binds them to `registry`.
  public static JvmMetrics bind(MeterRegistry registry) {
    var bound = new JvmMetrics();
    List.of(
            new ClassLoaderMetrics(),
            new JvmMemoryMetrics(),
            new JvmThreadMetrics(),
            new FileDescriptorMetrics(),
            new ProcessorMetrics(),
            new UptimeMetrics())
        .forEach(binder -> binder.bindTo(registry));
    bound.collector.bindTo(registry);
    return bound;
  }

  @Override
  public void close() {
    collector.close();
  }
}
