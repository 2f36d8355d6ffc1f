package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.Finding;
import io.reproq.store.Finding.Severity;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq doctor`.
@Command(
    name = "doctor",
    header = "Look at the database's health, and say what to do.",
    description = {
      "Each line is well, a warning or bad; what is not well comes with a way out. Ends with 1 when"
          + " something is bad. Changes nothing."
    },
    footer = {"", "Examples:", "  reproq doctor", "  reproq doctor --json"})
final class DoctorCommand implements Callable<Integer> {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  DoctorCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public Integer call() {
    try (var store = database.open()) {
      var findings = store.examine();
      if (answer.isJson()) {
        printJson(store.describe(), findings);
      } else {
        print(store.describe(), findings);
      }
      return findings.stream().anyMatch(finding -> finding.severity() == Severity.BAD) ? 1 : 0;
    }
  }

  private void print(String place, List<Finding> findings) {
    var out = common.out();
    out.println(place);
    for (var finding : findings) {
      out.printf("%-8s %-20s %s%n", word(finding), finding.subject(), finding.seen());
      if (!finding.advice().isEmpty()) {
        out.printf("%-29s -> %s%n", "", finding.advice());
      }
    }
    if (findings.isEmpty()) {
      out.println("nothing to look at");
    }
  }

  private void printJson(String place, List<Finding> findings) {
    var report = JsonNodeFactory.instance.objectNode().put("database", place);
    var list = report.putArray("findings");
    for (var finding : findings) {
      list.addObject()
          .put("severity", word(finding))
          .put("subject", finding.subject())
          .put("seen", finding.seen())
          .put("advice", finding.advice());
    }
    common.out().println(report);
  }

  private static String word(Finding finding) {
    return switch (finding.severity()) {
      case BAD -> "bad";
      case WARNING -> "warning";
      case WELL -> "well";
    };
  }
}
