package io.reproq.cli.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.StopSignal;
import io.reproq.cli.option.Surroundings;
import io.reproq.dsn.Dsn;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class DatabaseOptionTest {
  private final StringWriter err = new StringWriter();

  @Test
  void the_flag_goes_before_the_environment() {
    var option = parse(Map.of("DATABASE_URL", "sqlite:other.db"), "--dsn", "memory:");

    assertThat(option.dsn()).isEqualTo(new Dsn.Memory());
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void the_environment_goes_before_the_file_in_the_folder() {
    var option = parse(Map.of("DATABASE_URL", "sqlite:other.db"));

    assertThat(option.dsn()).isEqualTo(new Dsn.Sqlite("other.db"));
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void a_database_that_nobody_chose_is_named_on_standard_error() {
    var option = parse(Map.of("DATABASE_URL", ""));

    assertThat(option.dsn()).isEqualTo(new Dsn.Sqlite("reproq.db"));
    assertThat(err.toString())
        .isEqualToNormalizingNewlines("reproq: using sqlite:reproq.db in the current folder\n");
  }

  @Test
  void a_database_can_be_required() {
    var option = parse(Map.of(), "--require-dsn");

    assertThatThrownBy(option::dsn)
        .isInstanceOf(CommandFailure.class)
        .hasMessage("no database: give --dsn or set DATABASE_URL");
  }

  private DatabaseOption parse(Map<String, String> variables, String... args) {
    var surroundings =
        new Surroundings(variables, InputStream.nullInputStream(), new StopSignal(), false);
    var host = new Host(surroundings);
    new CommandLine(host).setErr(new PrintWriter(err, true)).parseArgs(args);
    return host.database;
  }

  @Command
  private static final class Host {
    @Mixin private final CommonOptions common = new CommonOptions();
    @Mixin private final DatabaseOption database;

    Host(Surroundings surroundings) {
      this.database = new DatabaseOption(surroundings, common);
    }
  }
}
