/// JSON as the contract hashes it: reading, and the canonical form.
package io.reproq.json;
