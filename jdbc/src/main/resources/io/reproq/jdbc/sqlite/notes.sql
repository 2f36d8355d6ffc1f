-- What running attempts tell of themselves.

-- name: held
SELECT version, attempts FROM running
WHERE result_id = :result_id AND incarnation = :incarnation AND claim_number = :claim_number

-- name: put_metadata
INSERT INTO attachment (result_id, metadata_json) VALUES (:result_id, :metadata_json)
ON CONFLICT (result_id) DO UPDATE SET metadata_json = excluded.metadata_json

-- name: put_logs_uri
INSERT INTO attachment (result_id, logs_uri) VALUES (:result_id, :logs_uri)
ON CONFLICT (result_id) DO UPDATE SET logs_uri = excluded.logs_uri

-- name: put_piece
-- A piece that is there was sent before.
INSERT INTO output (result_id, version, start, attempt, at, piece)
VALUES (:result_id, :version, :start, :attempt, :at, :piece)
ON CONFLICT DO NOTHING

-- name: metadata
SELECT metadata_json FROM attachment WHERE result_id = :result_id

-- name: pieces
SELECT version, start, attempt, at, piece FROM output
WHERE result_id = :result_id AND (version, start) > (:after_version, :after_start)
  AND (:attempt IS NULL OR attempt = :attempt)
ORDER BY version, start LIMIT :limit

-- name: prune_attachments
DELETE FROM attachment WHERE result_id IN (SELECT value FROM json_each(:ids))

-- name: prune_output
DELETE FROM output WHERE result_id IN (SELECT value FROM json_each(:ids))
