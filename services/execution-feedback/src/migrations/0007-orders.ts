import type { Migration } from '@lianxin/platform';
import { tenantPolicies } from './0001-tasks.ts';

/** What tasks are about that rest on no plan: VERIFY, REVIEW, RESTORE (R-4-9a). */
export const ordersMigration: Migration = {
  name: '0007-orders',
  sql: `
    CREATE TABLE task_order (
      task_id uuid PRIMARY KEY,
      kind text NOT NULL CHECK (kind IN ('VERIFY', 'REVIEW', 'RESTORE')),
      reference_id uuid NOT NULL,
      reference_version integer NOT NULL,
      reference_number text NOT NULL,
      entry_id uuid,
      list_code text NOT NULL,
      ground text,
      document_no text,
      due_on date,
      measure_codes jsonb NOT NULL,
      department_code text NOT NULL
    );
    CREATE INDEX task_order_reference ON task_order (reference_id, kind);
    CREATE INDEX task_order_entry ON task_order (entry_id) WHERE entry_id IS NOT NULL;
    ${tenantPolicies('task_order')}
    REVOKE INSERT, DELETE ON task_order FROM execution_feedback_app;
  `,
};
