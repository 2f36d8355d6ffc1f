/// Where log lines go.
package io.reproq.cli.log;
