/// How a store is named.
package io.reproq.dsn;
