package io.reproq.cli;

import io.reproq.cli.option.StopSignal;
import io.reproq.cli.option.Surroundings;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Runs commands in this process, as a shell would, and keeps what they print.
///
/// @param variables the environment
/// @param input what standard input holds
/// @param stop stands for Ctrl-C
record Shell(Map<String, String> variables, InputStream input, StopSignal stop) {

  /// A shell with an empty environment and an empty standard input.
  static Shell plain() {
    return new Shell(Map.of(), InputStream.nullInputStream(), new StopSignal());
  }

  /// The same shell, in whose environment a database is named.
  Shell in(String dsn) {
    return new Shell(Map.of("DATABASE_URL", dsn), input, stop);
  }

  Shell withInput(String text) {
    return withInput(text.getBytes(StandardCharsets.UTF_8));
  }

  Shell withInput(byte[] bytes) {
    return new Shell(variables, new ByteArrayInputStream(bytes), stop);
  }

  Result run(String... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    var surroundings = new Surroundings(variables, input, stop, false);
    var commands = Commands.create(surroundings);
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return new Result(commands.execute(args), out.toString(), err.toString());
  }

  /// What became of a command.
  record Result(int code, String out, String err) {}
}
