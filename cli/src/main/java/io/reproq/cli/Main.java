package io.reproq.cli;

import io.reproq.cli.option.Surroundings;
import io.reproq.cli.option.Version;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/// The program.
public final class Main {
  private Main() {}

  /// Runs one command and ends the process with its exit code.
  public static void main(String[] args) {
    var out = writer(FileDescriptor.out);
    if (args.length == 1 && (args[0].equals("--version") || args[0].equals("version"))) {
      // Others ask for the version at each start of theirs: nothing else is loaded for it.
      out.println(Version.line());
      return;
    }
    var commands = Commands.create(Surroundings.ofProcess());
    commands.setOut(out).setErr(writer(FileDescriptor.err));
    System.exit(commands.execute(args));
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
