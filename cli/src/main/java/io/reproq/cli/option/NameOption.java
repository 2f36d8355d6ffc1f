package io.reproq.cli.option;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What a worker is called, for people.
public final class NameOption {
  @Option(
      names = "--worker-id",
      paramLabel = "NAME",
      description = "Name for people. Default: WORKER_ID, else host and process id.")
  private @Nullable String workerId;

  public String name() {
    return workerId == null ? hostAndPid() : workerId;
  }

  private static String hostAndPid() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "localhost";
    }
    return host + "-" + ProcessHandle.current().pid();
  }
}
