/// A load generator that checks what became of its tasks: a program of its own.
package io.reproq.cli.torture;
