/// What a server asks of the worker that it tells about.
package io.reproq.server.door;
