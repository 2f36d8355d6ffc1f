/// Requests and answers: what stands before all doors, and what is behind each.
package io.reproq.server.http;
