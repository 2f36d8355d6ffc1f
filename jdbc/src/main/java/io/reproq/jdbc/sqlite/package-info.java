/// Tasks in an SQLite file.
///
/// ## Writing
///
/// SQLite has one writer at a time, whoever it is. Within a process one thread writes: it takes the
/// verbs that wait and runs them in one transaction, because what a commit costs does not depend on
/// how much it commits. Each verb has a savepoint, so that one that fails fails alone, and each
/// caller gets its answer after the commit. Other processes, and the sqlite3 shell, take their
/// turns at the file's own lock.
///
/// ## Reading
///
/// Reads have connections of their own, and see the last commit; they wait for nobody.
///
/// ## Dying
///
/// Every worker holds an operating-system lock on a file of its own beside the database, which ends
/// with its process.
package io.reproq.jdbc.sqlite;
