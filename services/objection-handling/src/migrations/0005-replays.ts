import type { Migration } from '@lianxin/platform';

const wholeCity = `current_setting('lianxin.scope', true) = 'CITY'`;
const ownDepartments = `string_to_array(current_setting('lianxin.departments', true), ',')`;

export const replaysMigration: Migration = {
  name: '0005-replays',
  sql: `
    -- What may be replayed, by what was heard of it: scopes of replays are looked up here. Made again from the log like the journal.
    CREATE TABLE replay_entry (
      entry_id uuid PRIMARY KEY,
      version integer NOT NULL DEFAULT 0,
      subject_key text,
      subject_id uuid,
      number text,
      list_code text,
      designating_department text,
      -- Of the newest activation; null: never in force.
      activated_on date,
      grade text,
      valid_to date,
      -- Of its newest plan.
      plan_version bigint NOT NULL DEFAULT 0,
      catalogue_version integer
    );
    CREATE INDEX replay_entry_subject ON replay_entry (subject_key);
    CREATE INDEX replay_entry_period ON replay_entry (activated_on, list_code);
    CREATE INDEX replay_entry_catalogue ON replay_entry (catalogue_version);
    REVOKE INSERT, UPDATE, DELETE ON replay_entry FROM objection_handling_app;
    INSERT INTO replay_entry (entry_id, version, subject_key, subject_id, number, list_code, designating_department, activated_on, grade, valid_to)
      SELECT DISTINCT ON (data::jsonb ->> 'entryId') (data::jsonb ->> 'entryId')::uuid, (data::jsonb ->> 'entryVersion')::integer, subject_key,
        (data::jsonb ->> 'subjectId')::uuid, data::jsonb ->> 'number', data::jsonb ->> 'listCode', data::jsonb ->> 'designatingDepartment',
        (data::jsonb ->> 'activatedOn')::date, data::jsonb ->> 'grade', (data::jsonb ->> 'validTo')::date
      FROM journal_event WHERE topic = 'lianxin.list_entry'
      ORDER BY data::jsonb ->> 'entryId', (data::jsonb ? 'activatedOn') DESC, (data::jsonb ->> 'entryVersion')::integer DESC;
    UPDATE replay_entry SET plan_version = plan.version, catalogue_version = plan.catalogue
      FROM (
        SELECT DISTINCT ON (data::jsonb ->> 'entryId') data::jsonb ->> 'entryId' AS entry_id, (data::jsonb ->> 'activationNo')::bigint * 100000 + (data::jsonb ->> 'planVersion')::bigint AS version,
          (data::jsonb ->> 'catalogueVersion')::integer AS catalogue
        FROM journal_event WHERE topic = 'lianxin.measure_plan' AND data::jsonb ? 'catalogueVersion'
        ORDER BY data::jsonb ->> 'entryId', 2 DESC
      ) AS plan WHERE plan.entry_id = replay_entry.entry_id::text;

    CREATE TABLE replay (
      id uuid PRIMARY KEY,
      version integer NOT NULL,
      status text NOT NULL,
      paused boolean NOT NULL DEFAULT false,
      scope jsonb NOT NULL,
      change jsonb NOT NULL,
      ground text,
      document_no text,
      reason text NOT NULL,
      ticket_no text,
      side_effects text NOT NULL,
      requested_by text NOT NULL,
      requested_at timestamptz NOT NULL,
      cases integer NOT NULL,
      -- Of the finished plan: its figures, the SHA-256 of the whole difference, the units whose confirmation it needs.
      figures jsonb,
      sha256 text,
      departments text[] NOT NULL DEFAULT '{}',
      confirmations jsonb NOT NULL DEFAULT '[]',
      approved_by text,
      approved_on date,
      applied_on date,
      -- Why it stands still, or was refused.
      detail text
    );
    CREATE INDEX replay_page ON replay (requested_at DESC, id DESC);

    -- Every step, appended only.
    CREATE TABLE replay_fact (
      replay_id uuid NOT NULL REFERENCES replay,
      version integer NOT NULL,
      action text NOT NULL,
      from_status text,
      to_status text NOT NULL,
      at timestamptz NOT NULL,
      actor text NOT NULL,
      unit text,
      detail jsonb NOT NULL,
      PRIMARY KEY (replay_id, version)
    );
    REVOKE UPDATE, DELETE ON replay_fact FROM objection_handling_app, objection_handling_consumer;

    CREATE TABLE replay_case (
      replay_id uuid NOT NULL REFERENCES replay,
      entry_id uuid NOT NULL,
      subject_id uuid NOT NULL,
      subject_key text NOT NULL,
      number text NOT NULL,
      list_code text NOT NULL,
      designating_department text NOT NULL,
      state text NOT NULL DEFAULT 'WAITING',
      -- How often the owners were asked; answers to an earlier round are late.
      round integer NOT NULL DEFAULT 0,
      attempts integer NOT NULL DEFAULT 0,
      due_at timestamptz NOT NULL,
      asked_at timestamptz,
      outcome text,
      detail text,
      -- SHA-256 of the rows of the plan, and of the last look.
      plan_sha256 text,
      sha256 text,
      changes boolean NOT NULL DEFAULT false,
      adds_restriction boolean NOT NULL DEFAULT false,
      loses_honour boolean NOT NULL DEFAULT false,
      figures jsonb,
      journal_differs boolean NOT NULL DEFAULT false,
      versions jsonb NOT NULL DEFAULT '[]',
      acting text[] NOT NULL DEFAULT '{}',
      carried_out text[] NOT NULL DEFAULT '{}',
      refused boolean NOT NULL DEFAULT false,
      restorations integer NOT NULL DEFAULT 0,
      PRIMARY KEY (replay_id, entry_id)
    );
    CREATE INDEX replay_case_state ON replay_case (replay_id, state, due_at);

    -- Answers of the round that is being asked, until all owners have spoken.
    CREATE TABLE replay_answer (
      replay_id uuid NOT NULL,
      entry_id uuid NOT NULL,
      round integer NOT NULL,
      owner text NOT NULL,
      part integer NOT NULL,
      data jsonb NOT NULL,
      PRIMARY KEY (replay_id, entry_id, round, owner, part)
    );
    REVOKE ALL ON replay_answer FROM objection_handling_app;

    -- The difference, row by row: of the plan (PLAN), of the second look where it was another (CHECK), of what the last proof still found (PROOF).
    CREATE TABLE replay_row (
      replay_id uuid NOT NULL REFERENCES replay,
      look text NOT NULL CHECK (look IN ('PLAN', 'CHECK', 'PROOF')),
      entry_id uuid NOT NULL,
      place integer NOT NULL,
      kind text NOT NULL,
      action text NOT NULL,
      department_code text,
      designating_department text NOT NULL,
      -- Canonical JSON: these bytes are what is hashed.
      line text NOT NULL,
      PRIMARY KEY (replay_id, look, entry_id, place)
    );
    CREATE INDEX replay_row_filter ON replay_row (replay_id, look, action, department_code);

    ${['replay', 'replay_fact', 'replay_case', 'replay_row'].map((table) => `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;\n    CREATE POLICY consumer ON ${table} TO objection_handling_consumer USING (true) WITH CHECK (true);`).join('\n    ')}
    -- The city sees replays whole; a unit those that it has to confirm, and of them what it designated itself.
    CREATE POLICY reader ON replay TO objection_handling_app USING (${wholeCity} OR departments && ${ownDepartments});
    CREATE POLICY reader ON replay_fact TO objection_handling_app USING (EXISTS (SELECT 1 FROM replay WHERE replay.id = replay_fact.replay_id));
    ${['replay_case', 'replay_row']
      .map(
        (
          table,
        ) => `CREATE POLICY reader ON ${table} TO objection_handling_app USING (${wholeCity} OR (designating_department = ANY (${ownDepartments})
      AND EXISTS (SELECT 1 FROM replay WHERE replay.id = ${table}.replay_id)));`,
      )
      .join('\n    ')}
  `,
};
