/// What commands share: flags, how they answer, and how they say what went wrong.
package io.reproq.cli.option;
