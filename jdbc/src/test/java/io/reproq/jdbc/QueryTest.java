package io.reproq.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class QueryTest {

  @Test
  void counts_a_parameter_at_every_place_where_it_stands() {
    var query = Query.parse("q", "SELECT :now - at FROM t WHERE at < :now AND id = :id");

    assertThat(query.sql()).isEqualTo("SELECT ? - at FROM t WHERE at < ? AND id = ?");
    assertThat(query.positions("now")).containsExactly(1, 2);
    assertThat(query.positions("id")).containsExactly(3);
  }

  @Test
  void leaves_literals_names_and_casts_alone_and_drops_comments() {
    var query =
        Query.parse(
            "q", "-- not :this, it's a comment\nSELECT ':no', \":nor\", :a::text -- nor :that");

    assertThat(query.sql()).isEqualTo("SELECT ':no', \":nor\", ?::text");
    assertThat(query.positions("a")).containsExactly(1);
  }

  @Test
  void refuses_a_parameter_that_it_does_not_have() {
    var query = Query.parse("q", "SELECT :a");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> query.positions("b"))
        .withMessage("statement q has no parameter :b, only [a]");
  }

  @Test
  void is_not_found_under_an_unknown_name() {
    var queries = Queries.of(QueryTest.class, "sample.sql");

    assertThat(queries.get("first").sql()).isEqualTo("SELECT 1");
    assertThat(queries.get("second").sql()).isEqualTo("SELECT ?");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> queries.get("third"))
        .withMessageContaining("no statement 'third' in sample.sql");
  }
}
