/// The HTTP server of a worker.
package io.reproq.server;
