/// Tasks in a PostgreSQL database.
///
/// ## Writing
///
/// A transition deletes a row from one place and inserts it into the next, in one statement: who
/// deletes the row moves it. Claims and successful settlements are one statement and one message
/// each; everything that has to lock first and then look is a short READ COMMITTED transaction.
/// Whatever failed and surely left nothing behind is sent again, here and nowhere else.
///
/// ## Time
///
/// The database's clock decides, unless the store was given another one.
///
/// ## Dying
///
/// Every worker holds a shared advisory lock on two connections. It ends with the process, and all
/// others see that in `pg_locks`.
package io.reproq.jdbc.postgres;
