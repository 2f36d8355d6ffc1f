/// What stores on SQL databases share: named statements, migrations, the mapping of errors.
package io.reproq.jdbc;
