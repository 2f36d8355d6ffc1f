package io.reproq.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Where a measurement was taken.
///
/// @param load runnable threads of the whole machine, averaged over the minute before the first
///   round; negative when it is not known
record Machine(
    String cpu,
    int cores,
    long memoryGib,
    String kernel,
    String jdk,
    List<String> jvm,
    double load) {

  /// This machine, now.
  static Machine here() {
    return new Machine(
        field(Path.of("/proc/cpuinfo"), "model name"),
        Runtime.getRuntime().availableProcessors(),
        memory(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> argument.startsWith("-X"))
            .toList(),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  private static long memory() {
    var kibibytes = field(Path.of("/proc/meminfo"), "MemTotal").replaceAll("\\D", "");
    return kibibytes.isEmpty() ? 0 : Math.round(Long.parseLong(kibibytes) / (1024.0 * 1024.0));
  }

  /// The value of `key` in a file of lines `key : value`, empty when there is none.
  private static String field(Path file, String key) {
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }
}
