import type { Migration } from '@lianxin/platform';

/** Records that leave an application by another road, the field of a penalty, and who asked about whom for what (R-8-13). */
export const droppedItemsMigration: Migration = {
  name: '0004-dropped-items',
  sql: `
    -- It ended by another road before the decision: the application goes on with the others.
    ALTER TABLE repair_item ADD COLUMN dropped_ground text;
    -- 58号令: food, drugs, special equipment, safety and fire have a longer minimum.
    ALTER TABLE item ADD COLUMN fields text[] NOT NULL DEFAULT '{}';
    CREATE OR REPLACE VIEW open_receipt WITH (security_barrier) AS
      SELECT t.task_id, t.department_code, t.entry_id, i.number AS entry_number, i.list_code, r.id AS repair_id, r.number AS repair_number, r.granted_on, t.due_at
      FROM repair r
      JOIN repair_item i ON i.repair_id = r.id AND i.dropped_ground IS NULL
      JOIN lifting_task t ON t.entry_id = i.item_id AND t.activation_no = i.activation_no
      WHERE r.status = 'SYNCING' AND t.status = 'LIFTING' AND t.stays IS NULL AND NOT EXISTS (SELECT 1 FROM task_lifted l WHERE l.task_id = t.task_id)
        AND CASE WHEN current_setting('lianxin.scope', true) = 'CITY' THEN true
          ELSE t.department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ','))
            OR r.department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ',')) END;
    -- Every question of a window about somebody who is not of its department: appended, never changed.
    CREATE TABLE eligibility_query_log (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at timestamptz NOT NULL,
      actor text NOT NULL,
      departments text[] NOT NULL,
      purpose text NOT NULL,
      subject_ids uuid[] NOT NULL,
      item_ids uuid[] NOT NULL,
      -- What was answered: ANSWERED, or the code of the refusal.
      result text NOT NULL
    );
    CREATE INDEX eligibility_query_of_subject ON eligibility_query_log USING gin (subject_ids);
    ALTER TABLE eligibility_query_log ENABLE ROW LEVEL SECURITY;
    CREATE POLICY city ON eligibility_query_log TO credit_repair_app USING (current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY consumer ON eligibility_query_log TO credit_repair_consumer USING (true) WITH CHECK (true);
    REVOKE INSERT, UPDATE, DELETE ON eligibility_query_log FROM credit_repair_app;
    REVOKE UPDATE, DELETE ON eligibility_query_log FROM credit_repair_consumer;
  `,
};
