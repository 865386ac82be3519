import type { Migration } from '@lianxin/platform';
import { tenantPolicies } from './0001-tasks.ts';

/** How a department divides its tasks among its people, and acts on many at once (product §A.1). */
export const handlingMigration: Migration = {
  name: '0009-handling',
  sql: `
    -- The credit office gives a returned task to another department, which then sees the plan it rests on.
    GRANT UPDATE (departments) ON plan_seen TO execution_feedback_app;

    CREATE TABLE task_claim (
      task_id uuid PRIMARY KEY,
      department_code text NOT NULL,
      assignee text NOT NULL,
      claimed_at timestamptz NOT NULL
    );
    CREATE INDEX task_claim_assignee ON task_claim (assignee);
    ${tenantPolicies('task_claim')}

    -- Who stands in for whom, and from when to when (both days included).
    CREATE TABLE task_delegation (
      id uuid PRIMARY KEY,
      department_code text NOT NULL,
      person text NOT NULL,
      stand_in text NOT NULL,
      from_day date NOT NULL,
      to_day date NOT NULL,
      created_at timestamptz NOT NULL,
      ended_at timestamptz
    );
    CREATE INDEX task_delegation_person ON task_delegation (department_code, person);
    ${tenantPolicies('task_delegation')}

    -- A bulk action: what it names is fixed when it is previewed, task by task with its version.
    CREATE TABLE task_bulk (
      id uuid PRIMARY KEY,
      department_code text NOT NULL,
      action text NOT NULL,
      principal jsonb NOT NULL,
      status text NOT NULL CHECK (status IN ('PREVIEW', 'RUNNING', 'DONE')),
      total integer NOT NULL,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      started_at timestamptz,
      ended_at timestamptz
    );
    CREATE INDEX task_bulk_running ON task_bulk (started_at) WHERE status = 'RUNNING';
    ${tenantPolicies('task_bulk')}
    CREATE TABLE task_bulk_item (
      bulk_id uuid NOT NULL,
      place integer NOT NULL,
      task_id uuid NOT NULL,
      department_code text NOT NULL,
      seen_version integer NOT NULL,
      seen_status text NOT NULL,
      content jsonb,
      status text NOT NULL CHECK (status IN ('WAITING', 'DONE', 'REFUSED')),
      code text,
      detail text,
      PRIMARY KEY (bulk_id, place)
    );
    CREATE INDEX task_bulk_item_waiting ON task_bulk_item (bulk_id, place) WHERE status = 'WAITING';
    ${tenantPolicies('task_bulk_item')}
  `,
};
