package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Flags with one dash, as the programs that call a worker write them.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class GoFlagsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      textBlock =
          """
          beat -once -dsn memory:              ¦ 0 ¦ Nothing is due
          beat -once -dsn=memory:              ¦ 0 ¦ Nothing is due
          beat -dsn memory: --once             ¦ 0 ¦ Nothing is due
          triage list -dsn memory: -limit 3    ¦ 0 ¦ No failed tasks.
          status -json -dsn memory:            ¦ 0 ¦ {
          config -explain                      ¦ 0 ¦ # default
          worker -help                         ¦ 0 ¦ Usage: reproq worker
          worker -h                            ¦ 0 ¦ Usage: reproq worker
          -version                             ¦ 0 ¦ reproq version
          worker -concurrency 0                ¦ 1 ¦ --concurrency must be at least 1, was 0
          worker -metrics-port=70000           ¦ 1 ¦ --metrics-port: a port must be from 0 to 65535, was 70000
          worker --worker-id -once -dsn=redis://h ¦ 1 ¦ unknown database scheme 'redis:'
          worker -nonsense                     ¦ 2 ¦ unknown flag '-nonsense'
          worker -dsn                          ¦ 2 ¦ missing required parameter for option '--dsn'
          beat -once=x                         ¦ 2 ¦ invalid value for option '--once'
          """)
  void one_dash_is_as_good_as_two(String line, int code, String said) {
    var result = Shell.plain().run(line.strip().split(" +"));

    assertThat(result.out() + result.err()).contains(said);
    assertThat(result.code()).isEqualTo(code);
  }
}
