/// Certificates and keys, read from files and read again when those change.
package io.reproq.server.tls;
