/// When a failed attempt is tried again.
package io.reproq.retry;
