/// The port between the engine and what keeps tasks, and the values it speaks in.
///
/// [io.reproq.store.TaskStore] is not an API for users: it may change with every release, and every
/// implementation passes the contract suite in the test kit. The values are what the API answers
/// with.
package io.reproq.store;
