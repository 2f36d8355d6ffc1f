/// What a task is, where it can be, and how it moves.
package io.reproq.task;
