import type { Migration } from '@lianxin/platform';

/**
 * 修复后未同步 (R-5-12). A department may see its own task although the application is another's: the view tells, under the departments of the request, what
 * its own policies say, and of the application only its number and day.
 */
export const openReceiptsMigration: Migration = {
  name: '0003-open-receipts',
  sql: `
    CREATE VIEW open_receipt WITH (security_barrier) AS
      SELECT t.task_id, t.department_code, t.entry_id, i.number AS entry_number, i.list_code, r.id AS repair_id, r.number AS repair_number, r.granted_on, t.due_at
      FROM repair r
      JOIN repair_item i ON i.repair_id = r.id
      JOIN lifting_task t ON t.entry_id = i.item_id AND t.activation_no = i.activation_no
      WHERE r.status = 'SYNCING' AND t.status = 'LIFTING' AND t.stays IS NULL AND NOT EXISTS (SELECT 1 FROM task_lifted l WHERE l.task_id = t.task_id)
        AND CASE WHEN current_setting('lianxin.scope', true) = 'CITY' THEN true
          ELSE t.department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ','))
            OR r.department_code = ANY (string_to_array(current_setting('lianxin.departments', true), ',')) END;
    CREATE INDEX repair_syncing ON repair (granted_on, id) WHERE status = 'SYNCING';
    GRANT SELECT ON open_receipt TO credit_repair_app, credit_repair_consumer;
  `,
};
