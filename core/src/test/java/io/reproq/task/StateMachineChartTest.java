package io.reproq.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// Compares `docs/state-machine.md` with [Transitions]. Arrows are written as Mermaid writes them.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class StateMachineChartTest {
  private static final Pattern ARROW = Pattern.compile("(?m)^ *(\\S+ --> \\S+(?:: .+)?)$");
  private static final Pattern TABLE_ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\|");
  private static final String OUTSIDE = "[*]";

  private static String chart = "";

  @BeforeAll
  static void read() throws IOException {
    chart = Files.readString(Path.of("..", "docs", "state-machine.md"));
  }

  @Test
  void the_chart_has_the_arrows_of_the_code_and_no_others() {
    assertThat(drawn("Arrows")).isEqualTo(arrows());
  }

  @Test
  void no_arrow_is_drawn_twice() {
    for (var heading : List.of("Arrows", "With a cancel requested")) {
      assertThat(ARROW.matcher(section(heading)).results()).hasSize(drawn(heading).size());
    }
  }

  @Test
  void the_second_chart_shows_where_a_cancel_request_leads() {
    var redirected =
        Samples.PLACES.stream()
            .filter(place -> !Transitions.underCancel(place).equals(place))
            .map(place -> arrow(name(place), name(Transitions.underCancel(place)), "instead"))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(drawn("With a cancel requested")).isEqualTo(redirected);
  }

  @Test
  void each_place_event_and_outcome_has_its_line() {
    assertThat(rows("Places")).isEqualTo(names(Samples.PLACES, StateMachineChartTest::name));
    assertThat(rows("Outcomes of an attempt"))
        .isEqualTo(names(Samples.OUTCOMES, StateMachineChartTest::words));
    var events = names(Samples.EVENTS, Event::label);
    events.add("enqueue");
    assertThat(rows("Events")).isEqualTo(events);
  }

  @Test
  void each_kind_of_place_event_and_outcome_has_a_sample() {
    assertSampled(Place.class, Samples.PLACES);
    assertSampled(Event.class, Samples.EVENTS);
    assertSampled(Outcome.class, Samples.OUTCOMES);
    assertThat(Samples.PLACES.stream().map(Place::status).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(TaskStatus.values());
  }

  private static void assertSampled(Class<?> sealed, List<?> samples) {
    assertThat(samples.stream().<Class<?>>map(Object::getClass).collect(Collectors.toSet()))
        .containsExactlyInAnyOrderElementsOf(Arrays.asList(sealed.getPermittedSubclasses()));
  }

  /// What the code does with each sample of a place and of an event.
  private static Set<String> arrows() {
    var arrows = new TreeSet<String>();
    for (var delay : List.of(Duration.ZERO, Samples.SOON)) {
      arrows.add(arrow(OUTSIDE, name(Transitions.first(delay)), "enqueue"));
    }
    for (var place : Samples.PLACES) {
      var ends = true;
      for (var event : Samples.EVENTS) {
        var next = Transitions.after(place, event);
        ends &= next.isEmpty();
        next.ifPresent(there -> arrows.add(arrow(name(place), name(there), label(event))));
      }
      if (ends) {
        arrows.add(name(place) + " --> " + OUTSIDE);
      }
    }
    return arrows;
  }

  private static Set<String> drawn(String heading) {
    return found(ARROW, heading);
  }

  private static Set<String> rows(String heading) {
    return found(TABLE_ROW, heading);
  }

  private static Set<String> found(Pattern pattern, String heading) {
    return pattern
        .matcher(section(heading))
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String section(String heading) {
    return Stream.of(chart.split("(?m)^## ", -1))
        .filter(section -> section.startsWith(heading + "\n"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("docs/state-machine.md has no section " + heading));
  }

  private static <T> Set<String> names(List<T> samples, Function<T, String> name) {
    return samples.stream().map(name).collect(Collectors.toCollection(TreeSet::new));
  }

  private static String arrow(String from, String to, String label) {
    return from + " --> " + to + ": " + label;
  }

  private static String name(Place place) {
    return place instanceof Place.Finished(var outcome, var attempts)
        ? outcome.name().toLowerCase(Locale.ROOT)
        : place.label();
  }

  private static String label(Event event) {
    return event instanceof Event.Settle(var outcome, var retry, var draw)
        ? event.label() + " " + words(outcome)
        : event.label();
  }

  /// `GivenBack` is `given back`.
  private static String words(Outcome outcome) {
    return outcome
        .getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
        .toLowerCase(Locale.ROOT);
  }
}
