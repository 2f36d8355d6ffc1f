/// What a worker tells over HTTP, and to whom.
@org.jspecify.annotations.NullMarked
module io.reproq.server {
  requires transitive io.reproq.core;
  requires io.javalin;
  requires jakarta.servlet;
  requires org.eclipse.jetty.ee10.servlet;
  requires org.eclipse.jetty.http;
  requires org.eclipse.jetty.io;
  requires org.eclipse.jetty.server;
  requires org.eclipse.jetty.util;
  requires org.slf4j;
  requires static transitive org.jspecify;
  requires tools.jackson.databind;

  exports io.reproq.server;
  exports io.reproq.server.door;
  exports io.reproq.server.events;
  exports io.reproq.server.security;
  exports io.reproq.server.tls;
}
