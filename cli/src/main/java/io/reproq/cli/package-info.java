/// The commands, one class each.
package io.reproq.cli;
