/// What commands share: how they are told the database, and how they say what went wrong.
package io.reproq.cli.option;
