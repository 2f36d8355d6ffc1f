-- How Migrations keeps its book in SQLite.

-- name: has_table
SELECT count(*) AS found FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'

-- name: begin
-- Takes the write lock at once, so that nobody else migrates meanwhile.
BEGIN IMMEDIATE

-- name: make_table
CREATE TABLE IF NOT EXISTS schema_version (
  version    INTEGER NOT NULL PRIMARY KEY,
  name       TEXT    NOT NULL,
  applied_at TEXT    NOT NULL
) STRICT

-- name: applied
SELECT version FROM schema_version

-- name: record
INSERT INTO schema_version (version, name, applied_at)
VALUES (:version, :name, strftime('%Y-%m-%d %H:%M:%f', 'now'))

-- name: commit
COMMIT

-- name: rollback
ROLLBACK
