package io.reproq.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What the command line asks for. Immutable.
///
/// @param numbers the settings that the scenario has, and their values
/// @param texts what else was said, by flag
record Options(Map<Setting, Integer> numbers, Map<String, String> texts) {
  private static final String DIR = "--dir";
  static final String JSON = "--json";
  static final String DSN = "--dsn";
  static final String SET = "--set";
  static final String PYTHON = "--python";
  static final String QUICK = "--quick";

  /// What a warm-up round lasts at most, where rounds are measured by the clock.
  private static final int WARMING_SECONDS = 5;

  Options {
    numbers = Collections.unmodifiableMap(new EnumMap<>(numbers));
    texts = Collections.unmodifiableMap(new LinkedHashMap<>(texts));
  }

  static Options defaults(Scenario scenario) {
    return new Options(scenario.settings(), Map.of());
  }

  /// Reads options, each a flag and its value but for `--quick`. Where one is given twice, the last
  /// one counts; what is given by itself goes before `--quick`.
  ///
  /// @throws IllegalArgumentException when one is unknown, has no value or a wrong one
  Options read(List<String> words) {
    var read = words.contains(QUICK) ? quick() : this;
    var rest = words.stream().filter(word -> !word.equals(QUICK)).toList();
    for (var i = 0; i < rest.size(); i += 2) {
      if (i + 1 == rest.size()) {
        throw new IllegalArgumentException(rest.get(i) + " needs a value; see --help");
      }
      read = read.with(rest.get(i), rest.get(i + 1));
    }
    return read;
  }

  /// As tables and JSON have them.
  Map<String, Integer> labelled() {
    var labelled = new LinkedHashMap<String, Integer>();
    numbers.forEach((setting, value) -> labelled.put(setting.label(), value));
    return labelled;
  }

  /// The same for a warm-up round.
  Options warming() {
    return numbers.containsKey(Setting.SECONDS)
        ? with(Setting.SECONDS, Math.min(get(Setting.SECONDS), WARMING_SECONDS))
        : this;
  }

  /// The value of `setting`.
  ///
  /// @throws IllegalArgumentException when the scenario has no such setting
  int get(Setting setting) {
    var value = numbers.get(setting);
    if (value == null) {
      throw new IllegalArgumentException("this scenario has no " + setting.flag());
    }
    return value;
  }

  int tasks() {
    return get(Setting.TASKS);
  }

  int batch() {
    return get(Setting.BATCH);
  }

  int concurrency() {
    return get(Setting.CONCURRENCY);
  }

  /// Where database files are made.
  Path folder() {
    return Path.of(texts.getOrDefault(DIR, System.getProperty("java.io.tmpdir")));
  }

  /// What runs Python.
  String python() {
    return texts.getOrDefault(PYTHON, "python3");
  }

  /// The same with another value.
  Options with(Setting setting, int value) {
    var changed = new EnumMap<>(numbers);
    changed.put(setting, value);
    return new Options(changed, texts);
  }

  private Options quick() {
    var changed = new EnumMap<>(numbers);
    changed.replaceAll(Setting::quick);
    return new Options(changed, texts);
  }

  private Options with(String flag, String value) {
    if (List.of(DIR, JSON, DSN, SET, PYTHON).contains(flag)) {
      var changed = new LinkedHashMap<>(texts);
      // Server settings add up, one a line.
      changed.merge(flag, value, (old, now) -> flag.equals(SET) ? old + "\n" + now : now);
      return new Options(numbers, changed);
    }
    var setting =
        Arrays.stream(Setting.values())
            .filter(known -> known.flag().equals(flag))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("unknown option " + flag + "; see --help"));
    if (!numbers.containsKey(setting)) {
      throw new IllegalArgumentException(
          "this scenario has no " + flag + "; it has " + flags(numbers));
    }
    return with(setting, setting.read(value));
  }

  /// The flags of `numbers` with their values.
  static String flags(Map<Setting, Integer> numbers) {
    return numbers.entrySet().stream()
        .map(entry -> entry.getKey().flag() + " " + entry.getValue())
        .collect(Collectors.joining(" "));
  }
}
