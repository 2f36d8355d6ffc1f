package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.JsonReader;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/// `reproq worker` in a process of its own, that logs JSON.
final class WorkerProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;
  private final List<JsonNode> lines = new ArrayList<>();

  private WorkerProcess(Process process) {
    this.process = process;
    this.out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /// Starts one, and returns when it is ready.
  static WorkerProcess start(Map<String, String> variables, String... words) throws IOException {
    var line = new ArrayList<>(List.of("worker"));
    line.addAll(List.of(words));
    var builder = program(line).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(variables);
    var worker = new WorkerProcess(builder.start());
    worker.awaitLine(" is ready: ");
    return worker;
  }

  /// `reproq` with these words, in a process that is yet to be started.
  static ProcessBuilder program(List<String> words) {
    var classes =
        String.join(
            File.pathSeparator,
            Path.of("target", "classes").toString(),
            System.getProperty("jdk.module.path", ""),
            System.getProperty("java.class.path", ""),
            System.getProperty("surefire.test.class.path", ""));
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classes,
                Main.class.getName()));
    command.addAll(words);
    return new ProcessBuilder(command);
  }

  /// Reads what it logs up to a line whose message has `text` in it.
  JsonNode awaitLine(String text) throws IOException {
    for (var line = out.readLine(); line != null; line = out.readLine()) {
      var read = JsonReader.read(line);
      lines.add(read);
      if (read.get("msg").asString().contains(text)) {
        return read;
      }
    }
    throw new AssertionError("it ended without saying '" + text + "', but only " + lines);
  }

  /// Sends it SIGTERM.
  void tell() {
    process.toHandle().destroy();
  }

  /// Waits until it has ended, and reads what is left of its log.
  ///
  /// @return its exit code
  int exitCode(int seconds) throws IOException, InterruptedException {
    assertThat(process.waitFor(seconds, TimeUnit.SECONDS)).as("it ends in time").isTrue();
    for (var line = out.readLine(); line != null; line = out.readLine()) {
      lines.add(JsonReader.read(line));
    }
    return process.exitValue();
  }

  /// What it has logged, as far as that was read.
  List<JsonNode> lines() {
    return lines;
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
