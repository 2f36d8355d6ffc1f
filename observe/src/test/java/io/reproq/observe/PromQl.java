package io.reproq.observe;

import static java.util.stream.Collectors.toSet;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What an expression of Prometheus' language asks for: far from its whole grammar, as much as ours
/// use.
///
/// @param metrics the names it asks for, each with the labels of its selectors
/// @param grouped the labels it groups or matches by
record PromQl(Map<String, Set<String>> metrics, Set<String> grouped) {
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|without|on|ignoring)\\s*\\(([^)]*)\\)");
  private static final Pattern METRIC =
      Pattern.compile("\\b([a-zA-Z_:][a-zA-Z0-9_:]*)\\s*(?:\\{([^}]*)})?(\\s*\\()?");
  private static final Pattern MATCH = Pattern.compile("([a-zA-Z_]\\w*)\\s*(?:=~|!~|!=|=)");
  private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "sum", "max");

  static PromQl parse(String expression) {
    var bare =
        expression
            .replaceAll("\"[^\"]*\"", "")
            .replaceAll("\\[[^\\]]*]", "")
            .replaceAll("\\b[0-9.]+\\b", " ");
    var grouped =
        GROUPING
            .matcher(bare)
            .results()
            .flatMap(found -> Stream.of(found.group(1).split(",")))
            .map(String::strip)
            .collect(toSet());
    var metrics = new HashMap<String, Set<String>>();
    var names = METRIC.matcher(GROUPING.matcher(bare).replaceAll(" "));
    while (names.find()) {
      if (names.group(3) == null && !WORDS.contains(names.group(1))) {
        metrics.computeIfAbsent(names.group(1), name -> new HashSet<>()).addAll(labels(names));
      }
    }
    return new PromQl(metrics, grouped);
  }

  private static Set<String> labels(Matcher names) {
    var selector = names.group(2);
    return selector == null
        ? Set.of()
        : MATCH.matcher(selector).results().map(found -> found.group(1)).collect(toSet());
  }
}
