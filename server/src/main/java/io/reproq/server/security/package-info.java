/// Who may ask a server, decided without knowing HTTP.
package io.reproq.server.security;
