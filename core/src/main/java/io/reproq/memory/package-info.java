/// The store that lives in this process's memory and is gone with it.
package io.reproq.memory;
