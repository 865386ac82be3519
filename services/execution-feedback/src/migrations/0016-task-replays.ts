import type { Migration } from '@lianxin/platform';
import { appendOnly, tenantPolicies } from './0001-tasks.ts';

/**
 * Which replay made which version of a task, and what of it may leave the house (product §A.4). Beside the tasks and not in them: almost no task was ever
 * touched by a replay. Urging remembers which of its tasks no mail or SMS may speak of.
 */
export const taskReplaysMigration: Migration = {
  name: '0016-task-replays',
  sql: `
    CREATE TABLE task_replay (
      task_id uuid NOT NULL,
      -- Of the task: with the next ordinary step it has another, and is an ordinary task again.
      version integer NOT NULL,
      department_code text NOT NULL,
      replay_id uuid NOT NULL,
      mode text NOT NULL CHECK (mode IN ('none', 'internal', 'notify')),
      -- Whether it asks for more than the department knew of; what frees is never quiet.
      adds boolean NOT NULL,
      PRIMARY KEY (task_id, version)
    );
    ${tenantPolicies('task_replay')}
    REVOKE INSERT ON task_replay FROM execution_feedback_app;
    ${appendOnly('task_replay')}

    ALTER TABLE urge_task ADD COLUMN muted boolean NOT NULL DEFAULT false;
    ALTER TABLE urge_message ADD COLUMN muted_count integer NOT NULL DEFAULT 0;
  `,
};
