-- Specs in SQL: their canonical text, and what is wrong with them.
--
-- Old workers: keep working, nothing of theirs changes.
-- Lock: none that matters; only new functions.
--
-- All of this is private. It repeats what the program's own reader and writer of specs do, so that
-- a task is the same one, byte by byte, whoever enqueues it. Functions without a search path of
-- their own are called by those that have one.

-- A number as Python prints it: whole ones with all digits, others as the shortest float.
CREATE FUNCTION reproq.canonical_number(number numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  float float8;
  fixed text;
BEGIN
  IF scale(number) = 0 THEN
    RETURN number::text;
  END IF;
  float := number;
  IF float <> 0 AND (abs(float) < 1e-4 OR abs(float) >= 1e16) THEN
    RETURN float::text;
  END IF;
  fixed := float::text::numeric::text;
  RETURN fixed || CASE WHEN strpos(fixed, '.') > 0 THEN '' ELSE '.0' END;
END $$;

-- Keys in the order of code points, which is that of UTF-8 bytes; no white space.
CREATE FUNCTION reproq.canonical_json(document jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  CASE jsonb_typeof(document)
    WHEN 'object' THEN
      RETURN CASE document WHEN '{}' THEN '{}' ELSE (
        SELECT '{' || string_agg(to_json(e.key)::text || ':' || CASE
            WHEN jsonb_typeof(e.value) IN ('object', 'array', 'number')
              THEN reproq.canonical_json(e.value)
            ELSE e.value::text END, ',' ORDER BY e.key COLLATE "C") || '}'
        FROM jsonb_each(document) e) END;
    WHEN 'array' THEN
      RETURN CASE document WHEN '[]' THEN '[]' ELSE (
        SELECT '[' || string_agg(CASE
            WHEN jsonb_typeof(e.value) IN ('object', 'array', 'number')
              THEN reproq.canonical_json(e.value)
            ELSE e.value::text END, ',' ORDER BY e.ord) || ']'
        FROM jsonb_array_elements(document) WITH ORDINALITY e (value, ord)) END;
    WHEN 'number' THEN
      RETURN reproq.canonical_number(document::numeric);
    ELSE
      RETURN document::text;
  END CASE;
END $$;

-- Whether `written` is a day, or a time of one, as ISO 8601 has them, and exists.
CREATE FUNCTION reproq.is_time(written text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN written ~ ('^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])'
      '([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?\s?(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)?)?$')
    THEN extract(day FROM (left(written, 8) || '01')::date + interval '1 month - 1 day')
      >= substr(written, 9, 2)::integer
    ELSE false END
$$;

-- Missing, null, or of that kind.
CREATE FUNCTION reproq.is_kind(value jsonb, kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
'SELECT coalesce(jsonb_typeof(value), ''null'') IN (''null'', kind)';

CREATE FUNCTION reproq.is_integer(value jsonb, lowest bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
'SELECT CASE coalesce(jsonb_typeof(value), ''null'')
  WHEN ''null'' THEN true
  WHEN ''number'' THEN scale(value::numeric) = 0 AND value::numeric BETWEEN lowest AND 2147483647
  ELSE false END';

CREATE FUNCTION reproq.is_number(value jsonb, lowest numeric, highest numeric) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
'SELECT CASE coalesce(jsonb_typeof(value), ''null'')
  WHEN ''null'' THEN true
  WHEN ''number'' THEN value::numeric BETWEEN lowest AND highest
  ELSE false END';

CREATE FUNCTION reproq.wrong(field text, rule text, found jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT format('%s must be %s, was %s', field, rule, CASE
    WHEN jsonb_typeof(found) IN ('array', 'object') THEN 'an ' || jsonb_typeof(found)
    WHEN length(found::text) > 60 THEN left(found::text, 60) || '…'
    ELSE coalesce(found::text, 'null') END)
$$;

-- What is wrong with `fields`, of a spec or of a task to be, null when nothing is.
--
-- limits: where max_attempts and timeout_seconds stand, and `path` what is before their names.
CREATE FUNCTION reproq.fields_problem(fields jsonb, limits jsonb, path text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN CASE
    WHEN fields ->> 'task_path' IS NULL THEN 'task_path is missing'
    WHEN NOT reproq.is_kind(fields -> 'task_path', 'string')
      THEN reproq.wrong('task_path', 'a string', fields -> 'task_path')
    WHEN fields ->> 'task_path' !~ '\S'
      THEN 'task_path is empty: a task needs the path of its code'
    WHEN NOT reproq.is_kind(fields -> 'args', 'array')
      THEN reproq.wrong('args', 'a JSON array', fields -> 'args')
    WHEN NOT reproq.is_kind(fields -> 'kwargs', 'object')
      THEN reproq.wrong('kwargs', 'a JSON object', fields -> 'kwargs')
    WHEN NOT reproq.is_kind(fields -> 'queue_name', 'string')
      THEN reproq.wrong('queue_name', 'a string', fields -> 'queue_name')
    WHEN NOT reproq.is_integer(fields -> 'priority', -2147483648)
      THEN reproq.wrong('priority', 'a 32-bit integer', fields -> 'priority')
    WHEN NOT reproq.is_kind(fields -> 'run_after', 'string')
      OR NOT coalesce(reproq.is_time(fields ->> 'run_after'), true)
      THEN reproq.wrong('run_after', 'a time like "2026-01-31T12:00:00Z", in UTC or with an offset',
        fields -> 'run_after')
    WHEN NOT reproq.is_kind(fields -> 'lock_key', 'string')
      THEN reproq.wrong('lock_key', 'a string', fields -> 'lock_key')
    WHEN NOT reproq.is_kind(fields -> 'concurrency_key', 'string')
      THEN reproq.wrong('concurrency_key', 'a string', fields -> 'concurrency_key')
    WHEN NOT reproq.is_integer(fields -> 'concurrency_limit', -2147483648)
      THEN reproq.wrong('concurrency_limit', 'a 32-bit integer', fields -> 'concurrency_limit')
    WHEN NOT reproq.is_integer(limits -> 'max_attempts', 1)
      THEN reproq.wrong(path || 'max_attempts', 'a 32-bit integer, at least 1',
        limits -> 'max_attempts')
    WHEN NOT reproq.is_number(limits -> 'timeout_seconds', 1e-9, 9223372036854775807)
      THEN reproq.wrong(path || 'timeout_seconds', 'a positive number of seconds',
        limits -> 'timeout_seconds')
  END;
END $$;

-- What keeps a worker from running `spec`, null when nothing does.
CREATE FUNCTION reproq.spec_problem(spec jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  exec       jsonb := spec -> 'exec';
  retry      jsonb := exec -> 'retry';
  provenance jsonb := spec -> 'provenance';
  field      text;
BEGIN
  IF NOT reproq.is_kind(exec, 'object') THEN
    RETURN reproq.wrong('exec', 'a JSON object', exec);
  ELSIF NOT reproq.is_kind(retry, 'object') THEN
    RETURN reproq.wrong('exec.retry', 'a JSON object', retry);
  ELSIF NOT reproq.is_kind(provenance, 'object') THEN
    RETURN reproq.wrong('provenance', 'a JSON object', provenance);
  ELSIF NOT reproq.is_kind(spec -> 'takes_context', 'boolean') THEN
    RETURN reproq.wrong('takes_context', 'true or false', spec -> 'takes_context');
  ELSIF coalesce(spec -> 'v', 'null') NOT IN ('null', '1') OR (spec ->> 'v') <> '1' THEN
    RETURN reproq.wrong('v', '1', spec -> 'v');
  END IF;
  IF NOT reproq.is_kind(exec -> 'with_results', 'boolean') THEN
    RETURN reproq.wrong('exec.with_results', 'true or false', exec -> 'with_results');
  END IF;
  IF retry <> '{}' THEN
    FOREACH field IN ARRAY ARRAY['base_seconds', 'cap_seconds'] LOOP
      IF NOT reproq.is_number(retry -> field, 0, 9223372036854775807) THEN
        RETURN reproq.wrong('exec.retry.' || field, 'a number of seconds, not negative',
          retry -> field);
      END IF;
    END LOOP;
    IF NOT reproq.is_number(retry -> 'factor', 1, 1e308) THEN
      RETURN reproq.wrong('exec.retry.factor', 'a number, at least 1', retry -> 'factor');
    ELSIF NOT reproq.is_number(retry -> 'jitter', 0, 1) THEN
      RETURN reproq.wrong('exec.retry.jitter', 'a number from 0 to 1', retry -> 'jitter');
    ELSIF NOT reproq.is_kind(retry -> 'non_retryable', 'array')
      OR jsonb_path_exists(retry, '$.non_retryable[*] ? (@.type() != "string" || @ like_regex "^\\s*$")')
      THEN RETURN reproq.wrong('exec.retry.non_retryable', 'an array of names of exception classes',
        retry -> 'non_retryable');
    END IF;
  END IF;
  FOREACH field IN ARRAY ARRAY['code_ref', 'pip_lock_hash'] LOOP
    IF NOT reproq.is_kind(provenance -> field, 'string') THEN
      RETURN reproq.wrong('provenance.' || field, 'a string', provenance -> field);
    END IF;
  END LOOP;
  RETURN reproq.fields_problem(spec, exec, 'exec.');
END $$;
