package io.reproq.testkit;

import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;

/// What every store has to do, verb by verb. A store's test extends this class and gives a store,
/// and nothing else.
///
/// Each test has a store of its own, which it opens at first use and closes at its end, after
/// [StoreInvariants] were checked.
@DisplayNameGeneration(ReplaceUnderscores.class)
public abstract class StoreContract {
  private final Stage stage = new Stage();

  /// For the tests of stores.
  protected StoreContract() {}

  /// Opens a new, empty store, which no other call gets.
  ///
  /// @param settings a [SettableClock] and the order of queues
  protected abstract TaskStore open(Settings settings);

  @BeforeEach
  final void set_the_stage() {
    stage.opensWith(this::open);
  }

  @AfterEach
  final void check_what_always_holds() {
    stage.close();
  }

  @Nested
  class Enqueue extends EnqueueContract {
    Enqueue() {
      super(stage);
    }
  }

  @Nested
  class Claim extends ClaimContract {
    Claim() {
      super(stage);
    }
  }

  @Nested
  class Routing extends RoutingContract {
    Routing() {
      super(stage);
    }
  }

  @Nested
  class Settle extends SettleContract {
    Settle() {
      super(stage);
    }
  }

  @Nested
  class Outcomes extends OutcomeContract {
    Outcomes() {
      super(stage);
    }
  }

  @Nested
  class Notes extends NoteContract {
    Notes() {
      super(stage);
    }
  }

  @Nested
  class Logs extends LogContract {
    Logs() {
      super(stage);
    }
  }

  @Nested
  class Workers extends WorkerContract {
    Workers() {
      super(stage);
    }
  }

  @Nested
  class Reclaim extends ReclaimContract {
    Reclaim() {
      super(stage);
    }
  }

  @Nested
  class Cancel extends CancelContract {
    Cancel() {
      super(stage);
    }
  }

  @Nested
  class Workflows extends WorkflowContract {
    Workflows() {
      super(stage);
    }
  }

  @Nested
  class WorkflowFailures extends WorkflowFailureContract {
    WorkflowFailures() {
      super(stage);
    }
  }

  @Nested
  class Workflow_histories extends WorkflowHistoryContract {
    Workflow_histories() {
      super(stage);
    }
  }

  @Nested
  class Triage extends TriageContract {
    Triage() {
      super(stage);
    }
  }

  @Nested
  class Failed extends FailedContract {
    Failed() {
      super(stage);
    }
  }

  @Nested
  class Replay extends ReplayContract {
    Replay() {
      super(stage);
    }
  }

  @Nested
  class Queues extends QueuesContract {
    Queues() {
      super(stage);
    }
  }

  @Nested
  class Promote extends PromoteContract {
    Promote() {
      super(stage);
    }
  }

  @Nested
  class Rate_limits extends RateLimitContract {
    Rate_limits() {
      super(stage);
    }
  }

  @Nested
  class Rate_limited_keys extends RateLimitedKeysContract {
    Rate_limited_keys() {
      super(stage);
    }
  }

  @Nested
  class Keys extends KeysContract {
    Keys() {
      super(stage);
    }
  }

  @Nested
  class Expiry extends ExpiryContract {
    Expiry() {
      super(stage);
    }
  }

  @Nested
  class Reading extends ReadContract {
    Reading() {
      super(stage);
    }
  }

  @Nested
  class Schedules extends ScheduleContract {
    Schedules() {
      super(stage);
    }
  }

  @Nested
  class Seasons extends SeasonContract {
    Seasons() {
      super(stage);
    }
  }

  @Nested
  class Prune extends PruneContract {
    Prune() {
      super(stage);
    }
  }

  @Nested
  class Load extends LoadContract {
    Load() {
      super(stage);
    }
  }

  @Nested
  class Open_store extends OpenContract {
    Open_store() {
      super(stage);
    }
  }
}
