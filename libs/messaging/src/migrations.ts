import type { Migration } from '@lianxin/platform';

/** Tables of the messaging guarantees, one set in every service's schema. */
export const messagingMigration: Migration = {
  name: 'messaging-0001',
  sql: `
    -- One row per subject (or other event key): whoever decides about the subject locks it first.
    CREATE TABLE subject_lane (subject_key text PRIMARY KEY);

    -- subjectseq of CloudEvents: counts per (key, topic), commits with the state.
    CREATE TABLE subject_sequence (
      subject_key text NOT NULL,
      topic text NOT NULL,
      last_sequence bigint NOT NULL,
      PRIMARY KEY (subject_key, topic)
    );

    -- Columns as Debezium's outbox event router wants them, so that change data capture can replace the relay.
    -- A row goes when the log has it: the log is kept for ever.
    CREATE TABLE outbox (
      position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id uuid NOT NULL,
      aggregatetype text NOT NULL,
      aggregateid text NOT NULL,
      type text NOT NULL,
      headers jsonb NOT NULL,
      payload text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      parked_reason text
    );
    CREATE INDEX outbox_parked ON outbox (aggregateid) WHERE parked_reason IS NOT NULL;

    -- Where a group stands in the log; commits with the effects of what was read.
    CREATE TABLE consumer_position (
      consumer_group text NOT NULL,
      topic text NOT NULL,
      partition smallint NOT NULL,
      next_offset bigint NOT NULL,
      PRIMARY KEY (consumer_group, topic, partition)
    );

    CREATE TABLE inbox (
      day date NOT NULL,
      consumer_group text NOT NULL,
      event_id uuid NOT NULL,
      payload_hash text NOT NULL,
      PRIMARY KEY (day, consumer_group, event_id)
    ) PARTITION BY RANGE (day);

    -- The consumer role owns nothing, so it asks for days by name. Concurrent askers take turns.
    CREATE FUNCTION ensure_inbox_day(wanted date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock(hashtext(current_schema() || ' inbox'));
      EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF inbox FOR VALUES FROM (%L) TO (%L)', 'inbox_' || to_char(wanted, 'YYYYMMDD'), wanted, wanted + 1);
    END $$;

    CREATE FUNCTION drop_inbox_before(oldest date) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE name text; dropped integer := 0;
    BEGIN
      FOR name IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                  WHERE i.inhparent = 'inbox'::regclass AND c.relname < 'inbox_' || to_char(oldest, 'YYYYMMDD') LOOP
        EXECUTE format('DROP TABLE %I', name);
        dropped := dropped + 1;
      END LOOP;
      RETURN dropped;
    END $$;

    CREATE TABLE parked_key (
      consumer_group text NOT NULL,
      subject_key text NOT NULL,
      reason text NOT NULL,
      -- An exit, a hold or a lift waits here: a person stays punished.
      severe boolean NOT NULL,
      attempts integer NOT NULL DEFAULT 0,
      parked_at timestamptz NOT NULL DEFAULT now(),
      last_attempt_at timestamptz,
      PRIMARY KEY (consumer_group, subject_key)
    );

    CREATE TABLE parked_event (
      consumer_group text NOT NULL,
      subject_key text NOT NULL,
      place bigint GENERATED ALWAYS AS IDENTITY,
      topic text NOT NULL,
      partition smallint NOT NULL,
      record_offset bigint NOT NULL,
      event_type text,
      headers jsonb NOT NULL,
      value bytea NOT NULL,
      error text,
      parked_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (consumer_group, subject_key, place),
      FOREIGN KEY (consumer_group, subject_key) REFERENCES parked_key ON DELETE CASCADE
    );

    -- Records that can never be read, set aside by a person's redrive; kept for inspection.
    CREATE TABLE set_aside_event (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      consumer_group text NOT NULL,
      subject_key text NOT NULL,
      topic text NOT NULL,
      partition smallint NOT NULL,
      record_offset bigint NOT NULL,
      headers jsonb NOT NULL,
      value bytea NOT NULL,
      reason text NOT NULL,
      set_aside_by text NOT NULL,
      set_aside_at timestamptz NOT NULL DEFAULT now()
    );

    CREATE TABLE timer (
      kind text NOT NULL,
      reference text NOT NULL,
      due_at timestamptz NOT NULL,
      attempts integer NOT NULL DEFAULT 0,
      last_error text,
      PRIMARY KEY (kind, reference)
    );
    CREATE INDEX timer_due ON timer (due_at);
  `,
};
