package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.cli.option.Surroundings;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class CompletionTest {
  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "fish"})
  void each_shell_gets_every_visible_command_and_flag(String shell) {
    var script = Shell.plain().run("completion", shell).out();

    check(script, shell.equals("fish") ? " -l " : "--", commands());
  }

  @Test
  void a_shell_that_is_not_known_is_named_with_those_that_are() {
    var result = Shell.plain().run("completion", "tcsh");

    assertThat(result.code()).isOne();
    assertThat(result.err())
        .isEqualToIgnoringNewLines("reproq: SHELL must be bash, zsh or fish, was tcsh\n");
  }

  private static CommandLine commands() {
    return Commands.create(Surroundings.ofProcess());
  }

  private static void check(String script, String dashes, CommandLine command) {
    for (var option : command.getCommandSpec().options()) {
      if (!option.hidden()) {
        assertThat(script).contains(dashes + option.longestName().substring(2));
      }
    }
    for (var below : command.getSubcommands().values()) {
      if (!below.getCommandSpec().usageMessage().hidden()) {
        assertThat(script).contains(below.getCommandName());
        check(script, dashes, below);
      }
    }
  }
}
