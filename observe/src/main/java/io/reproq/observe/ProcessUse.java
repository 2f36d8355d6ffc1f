package io.reproq.observe;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// What this process uses of its machine.
final class ProcessUse {
  private ProcessUse() {}

  /// From 0 to 100, of all processors that the process may use together; 0 while the platform does
  /// not know.
  static double cpuPercent() {
    var load =
        ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            ? system.getProcessCpuLoad()
            : 0;
    return load > 0 ? load * 100 : 0;
  }

  static double heapBytes() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
