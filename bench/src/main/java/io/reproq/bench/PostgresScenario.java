package io.reproq.bench;

import java.util.List;
import java.util.Map;

/// A scenario on a PostgreSQL server.
abstract class PostgresScenario implements Scenario {

  /// What is compared on `server`.
  abstract List<Side> sides(Options options, PostgresServer server);

  @Override
  public final Stage stage(Options asked) throws Exception {
    var server = PostgresServer.open(asked);
    return new Stage() {
      private final Map<String, String> about = server.about();

      @Override
      public List<Side> sides(Options options) {
        return PostgresScenario.this.sides(options, server);
      }

      @Override
      public Map<String, String> about() {
        return about;
      }

      @Override
      public List<StatementCost> statements() {
        return server.statements();
      }

      @Override
      public void close() {
        server.close();
      }
    };
  }
}
