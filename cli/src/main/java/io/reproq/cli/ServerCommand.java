package io.reproq.cli;

import io.reproq.cli.option.Surroundings;
import picocli.CommandLine.Command;

/// `reproq server`.
@Command(
    name = "server",
    header = "Run tasks, enqueue periodic ones, and answer HTTP, until SIGTERM or Ctrl-C.",
    description = {
      "All in one process: a worker with --beat whose health, metrics and events are at"
          + " http://127.0.0.1:8080 (/healthz, /readyz, /metrics, /events) unless --metrics-addr"
          + " says otherwise. Takes all that reproq worker takes, and stops like it."
    },
    footer = {
      "",
      "Examples:",
      "  reproq server",
      "  reproq server --dsn sqlite:tasks.db --metrics-addr 127.0.0.1:9090"
    })
final class ServerCommand extends WorkerCommand {
  ServerCommand(Surroundings surroundings) {
    super(surroundings, Habits.SERVER);
  }
}
