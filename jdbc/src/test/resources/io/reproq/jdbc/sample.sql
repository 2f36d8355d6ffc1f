-- What stands before the first name is for readers.

-- name: first
SELECT 1

-- name: second
-- with a remark
SELECT :number
