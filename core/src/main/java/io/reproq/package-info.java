/// Durable background tasks: the API for those who embed Reproq. Begin with [io.reproq.Reproq].
package io.reproq;
