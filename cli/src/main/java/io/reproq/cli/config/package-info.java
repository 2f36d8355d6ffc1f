/// What a service is told by a file, under its flags and the environment.
package io.reproq.cli.config;
