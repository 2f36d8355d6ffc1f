/// For tests: a settable clock, assertions about tasks, and what every store has to pass.
package io.reproq.testkit;
