import type { Migration } from '@lianxin/platform';

/** Many checks with their keys and events in one statement, which is their commit (design §8). */
export const recordChecksMigration: Migration = {
  name: '0003-record-checks',
  sql: `
    -- Old keys are dropped by age; they come in the order of age, so that ranges of blocks are index enough.
    DROP INDEX check_key_age;
    CREATE INDEX check_key_age ON check_key USING brin (asked_at);

    -- Returns the places (from 1) whose key had been used before, with the check that used it; those are not recorded. The caller holds no two checks of
    -- one (principal, key) in a call; keyed: those with a key, by place. Plans are kept from when the tables were empty: without the settings they would go on reading them whole.
    CREATE FUNCTION record_checks(keyed json, checks json, events json) RETURNS TABLE (place bigint, fingerprint text, check_id uuid) LANGUAGE plpgsql
      SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    DECLARE
      used bigint[];
    BEGIN
      -- The insert waits for a request in flight with the same key: after its commit this one finds its check.
      WITH wanted AS MATERIALIZED (
        SELECT one.place, one.principal_id, one.key, one.fingerprint, one.id
        FROM ROWS FROM (json_to_recordset(keyed) AS (place bigint, id uuid, principal_id text, key text, fingerprint text)) AS one
      ), taken AS (
        INSERT INTO check_key AS kept (principal_id, key, fingerprint, check_id)
        SELECT wanted.principal_id, wanted.key, wanted.fingerprint, wanted.id FROM wanted ORDER BY wanted.principal_id, wanted.key
        ON CONFLICT DO NOTHING RETURNING kept.principal_id, kept.key
      )
      SELECT coalesce(array_agg(wanted.place), '{}') INTO used FROM wanted
      WHERE (wanted.principal_id, wanted.key) NOT IN (SELECT taken.principal_id, taken.key FROM taken);

      IF cardinality(used) > 0 THEN
        RETURN QUERY SELECT one.place, kept.fingerprint, kept.check_id
          FROM ROWS FROM (json_to_recordset(keyed) AS (place bigint, principal_id text, key text)) AS one
          JOIN check_key AS kept ON kept.principal_id = one.principal_id AND kept.key = one.key WHERE one.place = ANY (used);
        events := (SELECT coalesce(json_agg(event.body ORDER BY event.place), '[]')
                   FROM json_array_elements(events) WITH ORDINALITY AS event (body, place) WHERE event.place <> ALL (used));
      END IF;

      INSERT INTO window_check (id, number, department_code, matter_code, case_no, principal_id, operator_id, asked_at, subjects, cards, degraded,
        back_check_of)
      SELECT one.id, one.number, one.department_code, one.matter_code, one.case_no, one.principal_id, one.operator_id, one.asked_at, one.subjects,
        one.cards, one.degraded, one.back_check_of
      FROM ROWS FROM (json_to_recordset(checks) AS (id uuid, number text, department_code text, matter_code text, case_no text, principal_id text,
          operator_id text, asked_at timestamptz, subjects jsonb, cards jsonb, degraded boolean, back_check_of uuid))
        WITH ORDINALITY AS one (id, number, department_code, matter_code, case_no, principal_id, operator_id, asked_at, subjects, cards, degraded,
          back_check_of, place)
      WHERE one.place <> ALL (used) ORDER BY one.place;
      PERFORM publish_prepared(events);
    END $$;
  `,
};
