/// Looking at what goes on: the workers, and a view that refreshes.
package io.reproq.cli.look;
