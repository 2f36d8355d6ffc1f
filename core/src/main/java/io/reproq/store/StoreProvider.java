package io.reproq.store;

import io.reproq.clock.TimeSource;
import io.reproq.dsn.Dsn;
import io.reproq.task.Rank;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// Opens stores of one kind. Found by [java.util.ServiceLoader].
public interface StoreProvider {

  /// Opens the store that `dsn` names, when it is one of this provider's.
  ///
  /// @return empty when it is another provider's
  /// @throws StoreException when it is this provider's and cannot be opened; the message says what
  ///   to do
  Optional<TaskStore> open(Dsn dsn, Settings settings);

  /// Opens a store on the database behind `dataSource`, when it is one of this provider's.
  ///
  /// @return empty when it is another provider's
  Optional<TaskStore> open(DataSource dataSource, Settings settings);

  /// What every store is told.
  ///
  /// @param time the store's clock, where the database has none of its own
  /// @param rank how queues are ordered; null for the way the database has it, which is
  ///   [Rank#DEFAULT] until somebody says otherwise. Another one holds for all who use the
  ///   database.
  /// @param migrate whether the schema is brought up to date first
  record Settings(TimeSource time, @Nullable Rank rank, boolean migrate) {
    /// The machine's clocks, the database's order, migrating.
    public static Settings defaults() {
      return new Settings(TimeSource.system(), null, true);
    }

    public Settings withTime(TimeSource value) {
      return new Settings(value, rank, migrate);
    }

    public Settings withRank(Rank value) {
      return new Settings(time, value, migrate);
    }

    public Settings withMigrate(boolean value) {
      return new Settings(time, rank, value);
    }
  }
}
