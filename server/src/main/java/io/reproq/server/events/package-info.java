/// What happens to tasks, as events that others can listen to.
package io.reproq.server.events;
