/// The engine: claim, run, settle, and what keeps them honest. Not an API for users, who have
/// [io.reproq.Reproq]; our own programs and the test kit use it.
package io.reproq.worker;
