/// The port between the engine and what keeps tasks. Not an API for users: it may change with every
/// release, and every implementation passes the contract suite in the test kit.
package io.reproq.store;
