package io.reproq.cli.database;

import io.reproq.dsn.Dsn;
import io.reproq.store.StoreException;
import io.reproq.store.TaskStore;
import tools.jackson.databind.node.ObjectNode;

/// One of the databases that there are.
///
/// @param isAlone whether it is the only one, so that nothing has to say which one it is
public record NamedDatabase(String alias, Dsn dsn, boolean isAlone) {
  /// Opens its store, its schema brought up to date.
  public TaskStore open() {
    return DatabaseOption.open(dsn);
  }

  /// A task's id as people read it and give it to commands: with the alias, unless it is alone.
  public String id(long resultId) {
    return isAlone ? Long.toString(resultId) : alias + ":" + resultId;
  }

  /// One line about its not answering, with the alias.
  public String silence(StoreException e) {
    var why = String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
    return "database " + alias + " does not answer: " + why;
  }

  /// Says in `document` that it is about this database, unless it is alone.
  ///
  /// @return `document`
  public ObjectNode mark(ObjectNode document) {
    return isAlone ? document : document.put("database", alias);
  }
}
