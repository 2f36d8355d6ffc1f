package io.reproq.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.reproq.store.ClaimRequest.Quota;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class RotationTest {
  private static final Map<String, Integer> WEIGHTS = weights();
  private static final int CLAIMS = 9000;
  private static final Offset<Double> TWO_PERCENT = within(0.02);

  private final Rotation rotation = new Rotation();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 64, 1000})
  void queues_that_always_have_work_get_slots_by_their_weights(int free) {
    rotation.over(WEIGHTS);

    var shares = shares(claims(CLAIMS, free, Set.of("a", "b", "c")));

    assertThat(shares.get("a")).isCloseTo(5 / 9.0, TWO_PERCENT);
    assertThat(shares.get("b")).isCloseTo(3 / 9.0, TWO_PERCENT);
    assertThat(shares.get("c")).isCloseTo(1 / 9.0, TWO_PERCENT);
  }

  @Test
  void shares_hold_whatever_room_each_claim_has() {
    rotation.over(WEIGHTS);
    var random = new Random(7);
    var taken = new HashMap<String, Integer>();

    for (var i = 0; i < CLAIMS; i++) {
      add(taken, claim(1 + random.nextInt(12), Set.of("a", "b", "c")));
    }

    assertThat(shares(taken).get("a")).isCloseTo(5 / 9.0, TWO_PERCENT);
    assertThat(shares(taken).get("c")).isCloseTo(1 / 9.0, TWO_PERCENT);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 64})
  void an_idle_queues_share_goes_to_the_others_by_their_weights(int free) {
    rotation.over(WEIGHTS);

    var shares = shares(claims(CLAIMS, free, Set.of("a", "c")));

    assertThat(shares.get("a")).isCloseTo(5 / 6.0, TWO_PERCENT);
    assertThat(shares.get("c")).isCloseTo(1 / 6.0, TWO_PERCENT);
  }

  @Test
  void a_queue_saves_nothing_up_while_it_is_idle() {
    rotation.over(WEIGHTS);
    claims(CLAIMS, 4, Set.of("a", "b"));

    var taken = claims(90, 1, Set.of("a", "b", "c"));

    assertThat(taken.get("c")).isBetween(9, 13);
  }

  @Test
  void one_queue_gets_all_the_room() {
    rotation.over(Map.of("a", 3));

    assertThat(rotation.quotas(50)).containsExactly(new Quota("a", 50));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 16, 100})
  void no_claim_asks_for_more_than_there_is_room_for(int free) {
    rotation.over(WEIGHTS);
    var random = new Random(free);

    for (var i = 0; i < 1000; i++) {
      var asked = rotation.quotas(free);
      assertThat(asked.stream().mapToInt(Quota::limit).sum()).isEqualTo(free);
      rotation.saw(
          asked,
          asked.stream()
              .collect(Collectors.toMap(Quota::queue, q -> random.nextInt(q.limit() + 1))),
          random.nextBoolean());
    }
  }

  @Test
  void every_queue_is_looked_at_before_all_are_idle() {
    rotation.over(WEIGHTS);
    var asked = new HashMap<String, Integer>();

    for (var more = true; more; ) {
      var quotas = rotation.quotas(1);
      quotas.forEach(quota -> asked.merge(quota.queue(), 1, Integer::sum));
      more = rotation.saw(quotas, Map.of(), /* moved= */ false);
    }

    assertThat(asked).containsOnly(Map.entry("a", 1), Map.entry("b", 1), Map.entry("c", 1));
  }

  @Test
  void a_queue_from_which_tasks_were_moved_is_not_idle() {
    rotation.over(Map.of("a", 1));
    var asked = rotation.quotas(5);

    assertThat(rotation.saw(asked, Map.of(), /* moved= */ true)).isTrue();
  }

  @Test
  void an_idle_queue_is_found_to_have_work_soon_though_the_others_are_busy() {
    rotation.over(WEIGHTS);
    claims(100, 1, Set.of("a", "b"));

    assertThat(claims(4, 1, Set.of("a", "b", "c"))).containsKey("c");
  }

  @Test
  void claims_that_failed_owe_nobody_anything() {
    rotation.over(WEIGHTS);
    for (var i = 0; i < 1000; i++) {
      rotation.quotas(10);
    }

    var taken = claims(9, 1, Set.of("a", "b", "c"));

    assertThat(taken).containsOnly(Map.entry("a", 5), Map.entry("b", 3), Map.entry("c", 1));
  }

  @Test
  void queues_may_come_and_go() {
    rotation.over(WEIGHTS);
    claims(10, 3, Set.of("a", "b", "c"));

    rotation.over(Map.of("c", 1, "d", 1));
    var taken = claims(100, 1, Set.of("c", "d"));

    assertThat(taken).containsOnlyKeys("c", "d");
    assertThat(taken.get("c")).isBetween(48, 52);
  }

  /// What so many claims bring where the queues `full` have more than anybody asks for.
  private Map<String, Integer> claims(int count, int free, Set<String> full) {
    var taken = new HashMap<String, Integer>();
    for (var i = 0; i < count; i++) {
      add(taken, claim(free, full));
    }
    return taken;
  }

  private Map<String, Integer> claim(int free, Set<String> full) {
    var asked = rotation.quotas(free);
    var taken =
        asked.stream()
            .filter(quota -> full.contains(quota.queue()))
            .collect(Collectors.toMap(Quota::queue, Quota::limit));
    rotation.saw(List.copyOf(asked), taken, /* moved= */ false);
    return taken;
  }

  private static void add(Map<String, Integer> sum, Map<String, Integer> more) {
    more.forEach((queue, count) -> sum.merge(queue, count, Integer::sum));
  }

  private static Map<String, Double> shares(Map<String, Integer> taken) {
    var all = taken.values().stream().mapToInt(Integer::intValue).sum();
    return taken.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue() / (double) all));
  }

  private static Map<String, Integer> weights() {
    var weights = new LinkedHashMap<String, Integer>();
    weights.put("a", 5);
    weights.put("b", 3);
    weights.put("c", 1);
    return weights;
  }
}
