package io.reproq.cli.option;

import io.reproq.cli.log.ConsoleLogging;
import picocli.CommandLine.Option;

/// What a service is called in its log, beside others of the same machine.
public final class RoleOption {
  @Option(
      names = "--process-role",
      paramLabel = "NAME",
      description =
          "What this process is called in its log. Default: REPROQ_PROCESS_ROLE, else the command's"
              + " name.")
  private String role;

  private final String usual;

  /// @param usual the role when nobody names one
  public RoleOption(String usual) {
    this.role = usual;
    this.usual = usual;
  }

  /// Lets the log of this process say it.
  public void tell() {
    ConsoleLogging.nameRole(role, usual);
  }

  public String role() {
    return role;
  }
}
