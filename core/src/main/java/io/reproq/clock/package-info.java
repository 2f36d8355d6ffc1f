/// Time, from outside.
package io.reproq.clock;
