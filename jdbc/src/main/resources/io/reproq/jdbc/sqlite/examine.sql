-- What a doctor asks.

-- name: page_size
PRAGMA page_size

-- name: page_count
PRAGMA page_count

-- name: free_pages
PRAGMA freelist_count

-- name: quick_check
-- The first thing that is wrong with the file, or 'ok'.
PRAGMA quick_check(1)
