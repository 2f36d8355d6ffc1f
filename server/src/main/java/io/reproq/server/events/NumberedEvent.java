package io.reproq.server.events;

/// An event with its place in the stream of one process.
///
/// @param number from 1, without gaps
public record NumberedEvent(long number, TaskEvent event) {}
