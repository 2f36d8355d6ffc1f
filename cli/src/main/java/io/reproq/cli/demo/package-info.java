/// The demonstration: one durable task per file of a folder.
package io.reproq.cli.demo;
