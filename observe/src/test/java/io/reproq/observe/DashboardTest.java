package io.reproq.observe;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// The dashboard and the alerts that are shipped ask for nothing that nobody tells.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class DashboardTest {
  private static final Path CONF = Path.of("..", "dist", "src", "main", "conf");

  /// Labels that Prometheus itself adds.
  private static final Set<String> ADDED = Set.of("instance", "job");

  @Test
  void expressions_are_read_for_what_they_ask() {
    var read =
        PromQl.parse(
            "histogram_quantile(0.95, sum by (le, queue) (rate(a_bucket{x=\"b\"}[5m]))) > 1 and"
                + " on (job) absent(c)");

    assertThat(read.metrics()).isEqualTo(Map.of("a_bucket", Set.of("x"), "c", Set.of()));
    assertThat(read.grouped()).containsExactlyInAnyOrder("le", "queue", "job");
  }

  @Test
  void every_panel_asks_for_metrics_and_labels_that_there_are() throws Exception {
    var dashboard = JsonMapper.shared().readTree(CONF.resolve("grafana/reproq.json"));
    var expressions = new ArrayList<String>();
    for (var panel : dashboard.path("panels")) {
      panel.path("targets").forEach(target -> expressions.add(text(target, "expr")));
    }

    assertThat(expressions).hasSizeGreaterThan(20);
    check(expressions);
  }

  @Test
  void every_alert_asks_for_metrics_and_labels_that_there_are() throws Exception {
    var rules =
        new YAMLMapper()
            .readTree(CONF.resolve("prometheus/reproq-alerts.yaml"))
            .path("groups")
            .path(0)
            .path("rules");
    var names = new HashSet<String>();
    var expressions = new ArrayList<String>();
    for (var rule : rules) {
      names.add(text(rule, "alert"));
      expressions.add(text(rule, "expr"));
      assertThat(text(rule.path("labels"), "severity")).isIn("critical", "warning", "info");
      assertThat(text(rule.path("annotations"), "summary")).isNotBlank();
    }

    assertThat(names).hasSize(rules.size()).hasSizeGreaterThan(10);
    check(expressions);
  }

  private static void check(List<String> expressions) throws Exception {
    try (var observed = Observed.open().withWork()) {
      var exposed = observed.scrape();
      assertThat(expressions)
          .allSatisfy(expression -> check(PromQl.parse(plain(expression)), exposed));
    }
  }

  private static void check(PromQl asked, Exposition exposed) {
    assertThat(asked.metrics()).isNotEmpty();
    var known = new HashSet<>(ADDED);
    asked
        .metrics()
        .forEach((name, labels) -> {
          var told =
              exposed
                  .samples()
                  .filter(sample -> sample.name().equals(name))
                  .flatMap(sample -> sample.labels().keySet().stream())
                  .collect(toSet());
          assertThat(exposed.samples()).as(name).anyMatch(sample -> sample.name().equals(name));
          assertThat(told).as(name).containsAll(labels);
          known.addAll(told);
        });
    assertThat(known).containsAll(asked.grouped());
  }

  /// The dashboard's own variables stand for durations and strings.
  private static String plain(String expression) {
    return expression.replace("$__rate_interval", "5m");
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).asString("");
  }
}
