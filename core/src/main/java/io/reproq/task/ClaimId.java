package io.reproq.task;

import java.util.UUID;

/// Names one claim for ever. With a result_id it is the fence of every write about an attempt.
///
/// Made by the worker before it sends the claim, so that a claim whose answer was lost can be told
/// from every other. Attempt numbers repeat, and a sequence may repeat after a crash; this does
/// not.
///
/// @param incarnation the running process, new at every start
/// @param number counts the claims of that process, from 1
public record ClaimId(UUID incarnation, long number) {
  @Override
  public String toString() {
    return incarnation + ":" + number;
  }
}
