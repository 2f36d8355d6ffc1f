/// Scenarios that measure one thing each, and what runs and reports them.
package io.reproq.bench;
