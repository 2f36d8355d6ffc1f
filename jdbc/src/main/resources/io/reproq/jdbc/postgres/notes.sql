-- What running attempts tell of themselves.

-- name: take_notes
-- Each row is one attempt; only those that hold their tasks are heard. They are locked in the order
-- of ids, so that none of them ends before this is on record. A piece that is there was sent before.
WITH held AS MATERIALIZED (
  SELECT n.ord, r.result_id, r.worker, r.claim_number, r.version, r.attempts, n.metadata_json,
    n.logs_uri
  FROM unnest(:ids::bigint[], :workers::integer[], :numbers::bigint[], :metadata::text[],
      :logs_uris::text[]) WITH ORDINALITY
    AS n (result_id, worker, claim_number, metadata_json, logs_uri, ord)
  JOIN reproq.running r ON r.result_id = n.result_id AND r.worker = n.worker
    AND r.claim_number = n.claim_number
  ORDER BY r.result_id
  FOR UPDATE OF r
),
attached AS (
  INSERT INTO reproq.attachment AS a (result_id, metadata_json, logs_uri)
  SELECT h.result_id, h.metadata_json::jsonb, h.logs_uri FROM held h
  WHERE h.metadata_json IS NOT NULL OR h.logs_uri IS NOT NULL
  ON CONFLICT (result_id) DO UPDATE
  SET metadata_json = coalesce(excluded.metadata_json, a.metadata_json),
    logs_uri = coalesce(excluded.logs_uri, a.logs_uri)
),
kept AS (
  INSERT INTO reproq.output (result_id, version, start, attempt, at, piece)
  SELECT h.result_id, h.version, p.start, h.attempts,
    coalesce(:now::timestamptz, clock_timestamp()), p.piece
  FROM unnest(:tellers::bigint[], :starts::bigint[], :pieces::text[]) AS p (teller, start, piece)
  JOIN held h ON h.ord = p.teller
  ON CONFLICT DO NOTHING
)
SELECT result_id, worker, claim_number FROM held

-- name: metadata
SELECT metadata_json FROM reproq.attachment WHERE result_id = :result_id

-- name: pieces
SELECT version, start, attempt, at, piece FROM reproq.output
WHERE result_id = :result_id AND (version, start) > (:after_version, :after_start)
  AND (:attempt::integer IS NULL OR attempt = :attempt::integer)
ORDER BY version, start LIMIT :limit
