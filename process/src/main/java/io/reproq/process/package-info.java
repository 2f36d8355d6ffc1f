/// Executors that run tasks in child processes. `docs/executor-protocol.md` is the contract with
/// those, `docs/guide/executors.md` the guide for users.
package io.reproq.process;
