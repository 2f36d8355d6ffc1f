package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.cli.option.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class DocumentationTest {
  private static final Path TOP = Path.of("..");

  @Test
  void the_page_of_commands_says_what_the_commands_say() throws IOException {
    var page = Files.readString(TOP.resolve("docs/cli.md"));
    var commands = Commands.create(Surroundings.ofProcess());

    for (var command : all(commands)) {
      var name = command.getCommandSpec().qualifiedName().substring("reproq ".length());
      assertThat(page).contains("\n## " + name + "\n", command.getUsageMessage().strip());
    }
  }

  @Test
  void the_help_of_every_command_has_a_sentence_and_an_example() {
    for (var command : all(Commands.create(Surroundings.ofProcess()))) {
      var name = command.getCommandSpec().qualifiedName();
      var footer = String.join("\n", command.getCommandSpec().usageMessage().footer());

      assertThat(command.getCommandSpec().usageMessage().header()).as(name).isNotEmpty();
      assertThat(footer).as(name).containsPattern("Examples?:");
      assertThat(footer).as(name).contains("reproq ");
    }
  }

  @Test
  void completion_names_every_command() {
    var script = Shell.plain().run("completion").out();

    for (var command : all(Commands.create(Surroundings.ofProcess()))) {
      var name = command.getCommandSpec().qualifiedName("_").replace("-", "");
      assertThat(script).contains("_picocli_" + name);
    }
  }

  private static List<CommandLine> all(CommandLine top) {
    var all = new ArrayList<CommandLine>();
    top.getSubcommands()
        .values()
        .forEach(command -> {
          all.add(command);
          all.addAll(all(command));
        });
    return all;
  }

  @Test
  void the_page_of_defects_names_tests_that_there_are() throws IOException {
    var page = Files.readString(TOP.resolve("docs/defects.md"));
    var named = Pattern.compile("`(\\w+)\\.(\\w+)`").matcher(page).results().toList();

    assertThat(named).hasSizeGreaterThan(20);
    for (var test : named) {
      assertThat(sources(test.group(1)))
          .as(test.group())
          .anyMatch(source -> source.contains("void " + test.group(2) + "("));
    }
  }

  private static List<String> sources(String type) throws IOException {
    var sources = new ArrayList<String>();
    for (var module : List.of("core", "testkit", "jdbc", "observe", "server", "cli")) {
      try (var files = Files.walk(TOP.resolve(module).resolve("src"))) {
        for (var file : files.filter(each -> each.endsWith(type + ".java")).toList()) {
          sources.add(Files.readString(file));
        }
      }
    }
    return sources;
  }

  @Test
  void the_readmes_sample_is_the_one_that_can_be_run() throws IOException {
    var readme = Files.readString(TOP.resolve("README.md"));

    assertThat(readme).contains(Files.readString(TOP.resolve("examples/Sample.java")));
  }
}
