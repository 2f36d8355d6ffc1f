/// Which database a command works on, and how tasks are called where there are several.
package io.reproq.cli.database;
