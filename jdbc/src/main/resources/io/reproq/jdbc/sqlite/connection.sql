-- What connections to an SQLite file are told.

-- name: for_writing
-- No busy time-out: the writer asks again by itself, sooner and fairer than SQLite's own waiting.
-- A checkpoint each 16 MiB instead of each 4, because every one waits for the disk.
PRAGMA busy_timeout = 0;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = OFF;
PRAGMA recursive_triggers = OFF;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -65536;
PRAGMA wal_autocheckpoint = 4000

-- name: for_reading
PRAGMA busy_timeout = 10000;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -16384;
PRAGMA query_only = ON

-- name: for_migrating
PRAGMA busy_timeout = 30000;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = OFF

-- name: journal_mode
PRAGMA journal_mode

-- name: use_wal
PRAGMA journal_mode = WAL

-- name: data_version
PRAGMA data_version

-- name: files
PRAGMA database_list

-- name: begin_read
BEGIN

-- name: begin_write
-- The write lock at once: a transaction that begins by reading could not get it later.
BEGIN IMMEDIATE

-- name: commit
COMMIT

-- name: rollback
ROLLBACK

-- name: mark
SAVEPOINT verb

-- name: keep
RELEASE verb

-- name: undo
ROLLBACK TO verb
