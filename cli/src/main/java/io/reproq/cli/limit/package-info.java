/// The commands about rate limits.
package io.reproq.cli.limit;
