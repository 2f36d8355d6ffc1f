-- name: insert
INSERT INTO note (text) VALUES (:text)

-- name: insert_wrong
INSERT INTO note (text) VALUES ('')

-- name: rollback
ROLLBACK
