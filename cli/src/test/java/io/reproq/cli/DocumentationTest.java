package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.cli.option.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class DocumentationTest {
  private static final Path TOP = Path.of("..");

  @Test
  void the_page_of_commands_says_what_the_commands_say() throws IOException {
    var page = Files.readString(TOP.resolve("docs/cli.md"));
    var commands = Commands.create(Surroundings.ofProcess());

    commands
        .getSubcommands()
        .forEach((name, command) ->
            assertThat(page).contains("\n## " + name + "\n", command.getUsageMessage().strip()));
  }

  @Test
  void the_readmes_sample_is_the_one_that_can_be_run() throws IOException {
    var readme = Files.readString(TOP.resolve("README.md"));

    assertThat(readme).contains(Files.readString(TOP.resolve("examples/Sample.java")));
  }
}
