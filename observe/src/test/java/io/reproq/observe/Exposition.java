package io.reproq.observe;

import static java.util.stream.Collectors.toMap;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Prometheus' text format 0.0.4, read strictly: whatever a scraper might frown at is refused.
record Exposition(Map<String, Family> families) {
  private static final Pattern COMMENT =
      Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\n\"])*)\"(?:,|$)");
  private static final Set<String> TYPES = Set.of("counter", "gauge", "histogram", "summary");

  static Exposition parse(String text) {
    if (!text.endsWith("\n")) {
      throw new IllegalArgumentException("the last line must end");
    }
    var reading = new Reading();
    text.lines().forEach(reading::line);
    reading.families.values().forEach(Family::check);
    return new Exposition(reading.families);
  }

  /// The value of the one sample of that name and these labels.
  double value(String name, String... labels) {
    var wanted = new TreeMap<String, String>();
    for (var i = 0; i < labels.length; i += 2) {
      wanted.put(labels[i], labels[i + 1]);
    }
    return samples()
        .filter(sample -> sample.name.equals(name) && sample.labels.equals(wanted))
        .mapToDouble(Sample::value)
        .findFirst()
        .orElse(Double.NaN);
  }

  /// The type of the family of that name, empty when there is none.
  String type(String name) {
    var family = families.get(name);
    return family == null ? "" : family.type;
  }

  Stream<Sample> samples() {
    return families.values().stream().flatMap(family -> family.samples.stream());
  }

  record Sample(String name, Map<String, String> labels, double value) {}

  record Family(String name, String help, String type, List<Sample> samples) {
    /// The labels of its samples, without those that its type demands.
    Set<String> labels() {
      var names = new HashSet<String>();
      samples.forEach(sample -> names.addAll(sample.labels.keySet()));
      names.removeAll(Set.of("le", "quantile"));
      return names;
    }

    private void check() {
      if (samples.isEmpty()) {
        throw new IllegalArgumentException(name + " has no samples");
      }
      if (type.equals("counter") && !name.endsWith("_total")) {
        throw new IllegalArgumentException("a counter ends in _total, not " + name);
      }
      if (type.equals("histogram")) {
        samples.stream().filter(sample -> sample.name.endsWith("_count")).forEach(this::check);
      }
    }

    /// Its buckets must grow up to the count.
    private void check(Sample count) {
      var buckets =
          samples.stream()
              .filter(sample -> sample.name.equals(name + "_bucket"))
              .filter(sample -> without(sample.labels, "le").equals(count.labels))
              .toList();
      var bound = Double.NEGATIVE_INFINITY;
      var seen = 0.0;
      for (var bucket : buckets) {
        var next = number(bucket.labels.getOrDefault("le", "none"));
        if (next <= bound || bucket.value < seen) {
          throw new IllegalArgumentException("buckets must grow: " + bucket);
        }
        bound = next;
        seen = bucket.value;
      }
      if (bound != Double.POSITIVE_INFINITY || seen != count.value) {
        throw new IllegalArgumentException("the last bucket must be the count: " + count);
      }
    }

    private boolean takes(String sample) {
      return switch (type) {
        case "histogram" ->
            Set.of(name + "_bucket", name + "_sum", name + "_count").contains(sample);
        case "summary" -> Set.of(name, name + "_sum", name + "_count").contains(sample);
        default -> name.equals(sample);
      };
    }
  }

  private static Map<String, String> without(Map<String, String> labels, String name) {
    return labels.entrySet().stream()
        .filter(label -> !label.getKey().equals(name))
        .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  private static final class Reading {
    private final Map<String, Family> families = new LinkedHashMap<>();
    private final Set<Map.Entry<String, Map<String, String>>> seen = new HashSet<>();
    private String help = "";
    private String helped = "";
    private Family current = new Family("", "", "", List.of());

    void line(String line) {
      if (line.startsWith("#")) {
        comment(line);
      } else {
        sample(line);
      }
    }

    private void comment(String line) {
      var comment = COMMENT.matcher(line);
      if (!comment.matches()) {
        throw new IllegalArgumentException("neither HELP nor TYPE: " + line);
      }
      var name = comment.group(2);
      if (comment.group(1).equals("HELP")) {
        help = comment.group(3);
        helped = name;
        return;
      }
      if (!TYPES.contains(comment.group(3)) || !helped.equals(name)) {
        throw new IllegalArgumentException("a strange type, or one without a HELP: " + line);
      }
      current = new Family(name, help, comment.group(3), new ArrayList<>());
      if (families.put(name, current) != null) {
        throw new IllegalArgumentException("twice: " + line);
      }
    }

    private void sample(String line) {
      var sample = SAMPLE.matcher(line);
      if (!sample.matches() || !current.takes(sample.group(1))) {
        throw new IllegalArgumentException("no sample of " + current.name + ": " + line);
      }
      var text = sample.group(2);
      var labels = text == null ? Map.<String, String>of() : labels(text);
      if (!seen.add(Map.entry(sample.group(1), labels))) {
        throw new IllegalArgumentException("twice: " + line);
      }
      current.samples.add(new Sample(sample.group(1), labels, number(sample.group(3))));
    }

    private static Map<String, String> labels(String text) {
      var labels = new TreeMap<String, String>();
      var label = LABEL.matcher(text);
      var end = 0;
      while (end < text.length()) {
        if (!label.find(end) || label.start() != end) {
          throw new IllegalArgumentException("no labels: " + text);
        }
        if (labels.put(label.group(1), label.group(2)) != null) {
          throw new IllegalArgumentException("a label stands twice: " + text);
        }
        end = label.end();
      }
      return labels;
    }
  }
}
