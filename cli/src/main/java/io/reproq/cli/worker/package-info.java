/// What runs in the process of a worker: an engine for each database, and what it tells of them.
package io.reproq.cli.worker;
