import type { Migration } from '@lianxin/platform';

/**
 * What `lockLanes` and `Outbox.publish` do, in the server: for services that write state and events with one statement (`Outbox.prepare`). Only a service
 * that wants it lists this migration.
 */
export const preparedOutboxMigration: Migration = {
  name: 'messaging-0002-prepared',
  sql: `
    -- Plans are kept from when the tables were empty: without these settings they would go on reading them whole.
    CREATE FUNCTION publish_prepared(events json) RETURNS void LANGUAGE plpgsql
      SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    DECLARE
      said record;
      known text[];
    BEGIN
      -- Parsed once; sorted, so that two batches never wait for each other in a ring.
      SELECT array_agg(event.id) AS ids, array_agg(event.topic) AS topics, array_agg(event.key) AS keys, array_agg(event.type) AS types,
        array_agg(event.headers) AS headers, array_agg(event.payload) AS payloads, array_agg(event."firstOfKey") AS firsts INTO said
      FROM json_to_recordset(events) AS event (id uuid, topic text, key text, type text, headers jsonb, payload text, "firstOfKey" boolean);
      known := ARRAY (SELECT DISTINCT event.key FROM unnest(said.keys, said.firsts) AS event (key, is_first) WHERE NOT event.is_first ORDER BY 1);
      IF cardinality(known) = 0 THEN
        INSERT INTO outbox (id, aggregatetype, aggregateid, type, headers, payload)
        SELECT * FROM unnest(said.ids, said.topics, said.keys, said.types, said.headers, said.payloads);
        RETURN;
      END IF;
      INSERT INTO subject_lane (subject_key) SELECT unnest(known) ON CONFLICT DO NOTHING;
      PERFORM 1 FROM subject_lane WHERE subject_key = ANY (known) ORDER BY subject_key FOR UPDATE;
      WITH row AS MATERIALIZED (
        SELECT event.*, row_number() OVER (PARTITION BY is_first, topic, key ORDER BY place) AS nth
        FROM unnest(said.ids, said.topics, said.keys, said.types, said.headers, said.payloads, said.firsts)
          WITH ORDINALITY AS event (id, topic, key, type, headers, payload, is_first, place)
      ), counts AS MATERIALIZED (
        SELECT key, topic, count(*) AS said_now FROM row WHERE NOT is_first GROUP BY key, topic
      ), counted AS (
        INSERT INTO subject_sequence AS sequence (subject_key, topic, last_sequence)
        SELECT key, topic, said_now FROM counts ORDER BY key, topic
        ON CONFLICT (subject_key, topic) DO UPDATE SET last_sequence = sequence.last_sequence + excluded.last_sequence
        RETURNING sequence.subject_key, sequence.topic, sequence.last_sequence
      ), before AS MATERIALIZED (
        SELECT counts.key, counts.topic, last_sequence - said_now AS sequence
        FROM counts JOIN counted ON counted.subject_key = counts.key AND counted.topic = counts.topic
      )
      INSERT INTO outbox (id, aggregatetype, aggregateid, type, headers, payload)
      SELECT row.id, row.topic, row.key, row.type,
        CASE WHEN row.is_first THEN row.headers
          ELSE row.headers || jsonb_build_object('ce_subjectseq', lpad((before.sequence + row.nth)::text, 12, '0')) END, row.payload
      FROM row LEFT JOIN before ON NOT row.is_first AND before.key = row.key AND before.topic = row.topic
      ORDER BY row.place;
    END $$;
  `,
};
