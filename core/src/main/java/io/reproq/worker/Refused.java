package io.reproq.worker;

/// How often a worker was told that something is not its own any more. Each is logged, too.
///
/// @param outcomes ends of tasks that came too late, and changed nothing
/// @param heartbeats those that found the worker declared dead
public record Refused(long outcomes, long heartbeats) {}
