/// Describes tasks that depend on each other: chains, groups, chords, and these within each other.
package io.reproq.workflow;
