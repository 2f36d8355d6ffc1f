package io.reproq.cli;

import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `reproq version`.
@Command(name = "version", header = "Print the version.")
final class VersionCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();

  @Override
  public void run() {
    common.out().println(Version.line());
  }
}
