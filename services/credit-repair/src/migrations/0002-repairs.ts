import type { Migration } from '@lianxin/platform';

const ofRepair = (table: string) => `
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON ${table} TO credit_repair_app USING (EXISTS (SELECT 1 FROM repair WHERE repair.id = ${table}.repair_id));
    CREATE POLICY consumer ON ${table} TO credit_repair_consumer USING (true) WITH CHECK (true);`;

/** Applications for repair (§5.5), their facts, materials and time limits; what has to be lifted, and the certificate. */
export const repairsMigration: Migration = {
  name: '0002-repairs',
  sql: `
    CREATE SEQUENCE repair_number;
    CREATE TABLE repair (
      id uuid PRIMARY KEY,
      number text NOT NULL UNIQUE,
      version integer NOT NULL,
      -- The fold of its facts; a test compares.
      status text NOT NULL,
      category text NOT NULL,
      channel text NOT NULL,
      applicant text NOT NULL,
      subject_id uuid NOT NULL,
      -- Who decides, and who took it in where that is somebody else.
      department_code text NOT NULL,
      intake_department text,
      linked_to uuid,
      received_at timestamptz NOT NULL,
      duties_performed_on date,
      duties_document_no text,
      -- Step under way: what was asked for, what is proposed, why it was refused, why revoked.
      supplement jsonb,
      proposal jsonb,
      refusal jsonb,
      decision_document_no text,
      granted_on date,
      granted_at timestamptz,
      restored_at timestamptz,
      revocation jsonb,
      is_extended boolean NOT NULL DEFAULT false,
      chase_level integer NOT NULL DEFAULT 0,
      client_ref text,
      content_hash text
    );
    CREATE INDEX repair_newest ON repair (received_at DESC, id DESC);
    CREATE INDEX repair_of_department ON repair (department_code, received_at DESC, id DESC);
    CREATE INDEX repair_of_intake ON repair (intake_department, received_at DESC, id DESC) WHERE intake_department IS NOT NULL;
    CREATE INDEX repair_of_subject ON repair (subject_id);
    CREATE UNIQUE INDEX repair_client_ref ON repair (coalesce(intake_department, department_code), client_ref) WHERE client_ref IS NOT NULL;
    CREATE TABLE repair_item (
      repair_id uuid NOT NULL REFERENCES repair,
      item_id uuid NOT NULL,
      kind text NOT NULL,
      number text NOT NULL,
      list_code text,
      list_type text,
      lane_key text NOT NULL,
      activation_no integer NOT NULL,
      -- Of one record one application at a time.
      is_open boolean NOT NULL,
      PRIMARY KEY (repair_id, item_id)
    );
    CREATE UNIQUE INDEX repair_item_open ON repair_item (item_id) WHERE is_open;
    CREATE INDEX repair_item_of_record ON repair_item (item_id);
    CREATE TABLE repair_fact (
      repair_id uuid NOT NULL REFERENCES repair,
      version integer NOT NULL,
      action text NOT NULL,
      from_status text,
      to_status text NOT NULL,
      at timestamptz NOT NULL,
      actor text NOT NULL,
      detail jsonb NOT NULL,
      PRIMARY KEY (repair_id, version)
    );
    CREATE TABLE repair_file (
      id uuid PRIMARY KEY,
      department_code text NOT NULL,
      sha256 text NOT NULL,
      size_bytes bigint NOT NULL,
      media_type text NOT NULL,
      name text NOT NULL,
      uploaded_by text NOT NULL,
      uploaded_at timestamptz NOT NULL
    );
    CREATE TABLE repair_material (
      repair_id uuid NOT NULL REFERENCES repair,
      place integer NOT NULL,
      kind text NOT NULL,
      file_id uuid NOT NULL REFERENCES repair_file,
      document_no text,
      document_date date,
      added_by text NOT NULL,
      added_at timestamptz NOT NULL,
      PRIMARY KEY (repair_id, place)
    );
    CREATE INDEX repair_material_file ON repair_material (file_id);
    CREATE TABLE repair_deadline (
      repair_id uuid NOT NULL REFERENCES repair,
      kind text NOT NULL,
      due_on date NOT NULL,
      closed_at timestamptz,
      missed_at timestamptz,
      PRIMARY KEY (repair_id, kind)
    );
    CREATE TABLE repair_receipt (
      repair_id uuid NOT NULL REFERENCES repair,
      kind text NOT NULL,
      at timestamptz NOT NULL,
      actor text NOT NULL,
      document_no text,
      PRIMARY KEY (repair_id, kind)
    );
    CREATE TABLE repair_certificate (
      repair_id uuid PRIMARY KEY REFERENCES repair,
      number text NOT NULL UNIQUE,
      -- Who knows it may check the paper; it is drawn at random.
      code text NOT NULL UNIQUE,
      content jsonb NOT NULL,
      sha256 text NOT NULL,
      issued_at timestamptz NOT NULL,
      invalid_since timestamptz,
      invalid_reason text
    );
    -- R-5-13: the fraud stays on record.
    CREATE TABLE repair_fraud (
      repair_id uuid PRIMARY KEY REFERENCES repair,
      subject_id uuid NOT NULL,
      ground text NOT NULL,
      revoked_on date NOT NULL
    );
    CREATE INDEX repair_fraud_of_subject ON repair_fraud (subject_id);

    -- Receipts of withdrawal, of every list entry that has ended: which parts of its step have come, which tasks they name.
    CREATE TABLE lifting_part (
      entry_id uuid NOT NULL,
      activation_no integer NOT NULL,
      ground text NOT NULL,
      plan_version integer NOT NULL,
      part integer NOT NULL,
      parts integer NOT NULL,
      said_at timestamptz NOT NULL,
      PRIMARY KEY (entry_id, activation_no, plan_version, part)
    );
    CREATE TABLE lifting_task (
      entry_id uuid NOT NULL,
      activation_no integer NOT NULL,
      task_id uuid NOT NULL,
      department_code text NOT NULL,
      version integer NOT NULL,
      status text,
      stays text,
      said_at timestamptz NOT NULL,
      due_at timestamptz,
      PRIMARY KEY (entry_id, activation_no, task_id)
    );
    CREATE INDEX lifting_task_of_task ON lifting_task (task_id);
    -- A receipt may come before the step that asks for it.
    CREATE TABLE task_lifted (
      task_id uuid PRIMARY KEY,
      department_code text NOT NULL,
      version integer NOT NULL,
      at timestamptz NOT NULL,
      feedback_id uuid NOT NULL
    );

    -- A channel of publication has confirmed that it shows an entry no longer (R-2-11).
    CREATE TABLE channel_receipt (
      entry_id uuid NOT NULL,
      receipt text NOT NULL,
      at timestamptz NOT NULL,
      receipt_no text,
      PRIMARY KEY (entry_id, receipt, at)
    );

    -- An application is seen by the unit that decides and the one that took it in; city-wide roles see all.
    ALTER TABLE repair ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON repair TO credit_repair_app
      USING (CASE WHEN current_setting('lianxin.scope', true) = 'CITY' THEN true
        ELSE department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ','))
          OR intake_department = ANY (string_to_array(current_setting('lianxin.departments', true), ',')) END);
    CREATE POLICY consumer ON repair TO credit_repair_consumer USING (true) WITH CHECK (true);
    ${['repair_item', 'repair_fact', 'repair_material', 'repair_deadline', 'repair_receipt', 'repair_certificate', 'repair_fraud'].map(ofRepair).join('')}
    -- Facts are appended, never changed.
    REVOKE UPDATE, DELETE ON repair_fact, repair_material, repair_receipt, repair_fraud FROM credit_repair_app;
    REVOKE DELETE ON repair, repair_item, repair_deadline, repair_certificate FROM credit_repair_app;
    ALTER TABLE repair_file ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON repair_file TO credit_repair_app
      USING (CASE WHEN current_setting('lianxin.scope', true) = 'CITY' THEN true
        ELSE department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ','))
          OR EXISTS (SELECT 1 FROM repair_material WHERE repair_material.file_id = repair_file.id) END);
    CREATE POLICY consumer ON repair_file TO credit_repair_consumer USING (true) WITH CHECK (true);
    REVOKE UPDATE, DELETE ON repair_file FROM credit_repair_app;
    -- A department sees what it has to lift; whoever sees an application sees all of its receipts.
    ALTER TABLE lifting_task ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON lifting_task TO credit_repair_app
      USING (CASE WHEN current_setting('lianxin.scope', true) = 'CITY' THEN true
        ELSE department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ','))
          OR EXISTS (SELECT 1 FROM repair_item WHERE repair_item.item_id = lifting_task.entry_id) END);
    CREATE POLICY consumer ON lifting_task TO credit_repair_consumer USING (true) WITH CHECK (true);
    ALTER TABLE task_lifted ENABLE ROW LEVEL SECURITY;
    CREATE POLICY department ON task_lifted TO credit_repair_app
      USING (EXISTS (SELECT 1 FROM lifting_task WHERE lifting_task.task_id = task_lifted.task_id));
    CREATE POLICY consumer ON task_lifted TO credit_repair_consumer USING (true) WITH CHECK (true);
    REVOKE INSERT, UPDATE, DELETE ON lifting_part, lifting_task, task_lifted, channel_receipt FROM credit_repair_app;
  `,
};
