/// When periodic tasks are due, and what they are. Pure: no clock, no store.
package io.reproq.schedule;
