import type { EventData, LianxinEvent, TaskStatus, taskLifted, taskLifting } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { LiftingPart, LiftingTask, Receipt } from './checklist.rules.ts';
import type { RepairItemRow } from './repair.store.ts';

export interface OpenReceiptRow {
  readonly task_id: string;
  readonly department_code: string;
  readonly entry_id: string;
  readonly entry_number: string;
  readonly list_code: string | null;
  readonly repair_id: string;
  readonly repair_number: string;
  readonly granted_on: string;
  readonly due_at: Date | null;
}

type Lifting = LianxinEvent<EventData<typeof taskLifting>>;
type Lifted = LianxinEvent<EventData<typeof taskLifted>>;

/** All SQL of what has to be lifted and what is. */
@Injectable()
export class LiftingStore {
  /** Parts of steps with their tasks, set-based; a task that another part of the same end names again keeps its later version. */
  async saveLifting(tx: Transaction, events: readonly Lifting[]): Promise<void> {
    await tx.execute(
      `INSERT INTO lifting_part (entry_id, activation_no, ground, plan_version, part, parts, said_at)
       SELECT "entryId", "activationNo", ground, "planVersion", part, parts, at FROM jsonb_to_recordset($1::jsonb)
         AS new ("entryId" uuid, "activationNo" integer, ground text, "planVersion" integer, part integer, parts integer, at timestamptz)
       ON CONFLICT DO NOTHING`,
      [JSON.stringify(events.map((event) => ({ ...headOf(event), part: event.data.part, parts: event.data.parts })))],
    );
    const rows = events.flatMap((event) => tasksOf(event)).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const unique = [...new Map(rows.map((row) => [keyOf(row), row])).values()];
    if (unique.length === 0) return;
    await tx.execute(
      `INSERT INTO lifting_task (entry_id, activation_no, task_id, department_code, version, status, stays, said_at, due_at)
       SELECT "entryId", "activationNo", "taskId", "departmentCode", version, status, stays, at, "dueAt" FROM jsonb_to_recordset($1::jsonb)
         AS new ("entryId" uuid, "activationNo" integer, "taskId" uuid, "departmentCode" text, version integer, status text, stays text, at timestamptz, "dueAt" timestamptz)
       ON CONFLICT (entry_id, activation_no, task_id) DO UPDATE SET version = excluded.version, status = excluded.status, stays = excluded.stays,
         said_at = excluded.said_at, due_at = excluded.due_at WHERE lifting_task.version < excluded.version`,
      [JSON.stringify(unique)],
    );
  }

  async saveLifted(tx: Transaction, events: readonly Lifted[]): Promise<void> {
    const rows = [...new Map(events.map((event) => [event.data.taskId, event.data])).values()].sort((a, b) =>
      a.taskId < b.taskId ? -1 : 1,
    );
    await tx.execute(
      `INSERT INTO task_lifted (task_id, department_code, version, at, feedback_id)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::timestamptz[], $5::uuid[]) ON CONFLICT DO NOTHING`,
      [
        rows.map((row) => row.taskId),
        rows.map((row) => row.departmentCode),
        rows.map((row) => row.taskVersion),
        rows.map((row) => row.actedAt),
        rows.map((row) => row.feedbackId),
      ],
    );
  }

  /** Entries that end these tasks. */
  async findEntriesOf(tx: Transaction, taskIds: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ entry_id: string }>(
      'SELECT DISTINCT entry_id FROM lifting_task WHERE task_id = ANY ($1::uuid[]) ORDER BY entry_id',
      [taskIds],
    );
    return rows.map((row) => row.entry_id);
  }

  /**
   * Parts that have come of the steps by which these entries ended; those of the repair also where the entry has been found wrong since (T18, T19), for
   * what the repair has lifted is lifted.
   */
  findParts(tx: Transaction, items: readonly RepairItemRow[]): Promise<LiftingPart[]> {
    return tx.query<LiftingPart>(
      `SELECT p.entry_id AS "itemId", p.plan_version AS "planVersion", p.part, p.parts, p.said_at AS at FROM lifting_part p
       JOIN item i ON i.id = p.entry_id AND (i.end_ground = p.ground OR (i.end_ground IS NOT NULL AND p.ground = 'REPAIRED'))
       JOIN unnest($1::uuid[], $2::integer[]) AS asked (id, activation_no) ON p.entry_id = asked.id AND p.activation_no = asked.activation_no`,
      [items.map((item) => item.item_id), items.map((item) => item.activation_no)],
    );
  }

  findTasks(tx: Transaction, items: readonly RepairItemRow[]): Promise<LiftingTask[]> {
    return tx.query<LiftingTask>(
      `SELECT t.entry_id AS "itemId", t.task_id AS "taskId", t.department_code AS "departmentCode", t.stays, t.due_at AS "dueAt",
         CASE WHEN l.task_id IS NOT NULL THEN 'LIFTED' ELSE t.status END AS status, coalesce(l.at, t.said_at) AS at
       FROM lifting_task t LEFT JOIN task_lifted l ON l.task_id = t.task_id
       JOIN unnest($1::uuid[], $2::integer[]) AS asked (id, activation_no) ON t.entry_id = asked.id AND t.activation_no = asked.activation_no
       ORDER BY t.department_code, t.task_id`,
      [items.map((item) => item.item_id), items.map((item) => item.activation_no)],
    );
  }

  /** Tasks of repaired entries that are still to be undone, the earliest grant first, with one row more than `limit` when there are more. */
  findOpenReceipts(
    tx: Transaction,
    asked: { department: string | undefined; after: readonly [string, string, string] | undefined; limit: number },
  ): Promise<OpenReceiptRow[]> {
    return tx.query<OpenReceiptRow>(
      `SELECT o.* FROM open_receipt o
       WHERE ($1::text IS NULL OR o.department_code = $1) AND ($2::date IS NULL OR (o.granted_on, o.repair_id, o.task_id) > ($2::date, $3::uuid, $4::uuid))
       ORDER BY o.granted_on, o.repair_id, o.task_id LIMIT $5`,
      [asked.department ?? null, asked.after?.[0] ?? null, asked.after?.[1] ?? null, asked.after?.[2] ?? null, asked.limit + 1],
    );
  }

  /** Confirmations of channels, kept by when they were given: an entry may be listed and repaired again. */
  async saveChannelReceipts(
    tx: Transaction,
    rows: readonly { entryId: string; receipt: Receipt['kind']; at: string; receiptNo: string | null }[],
  ): Promise<void> {
    await tx.execute(
      `INSERT INTO channel_receipt (entry_id, receipt, at, receipt_no)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[]) ON CONFLICT DO NOTHING`,
      [rows.map((row) => row.entryId), rows.map((row) => row.receipt), rows.map((row) => row.at), rows.map((row) => row.receiptNo)],
    );
  }

  /** Receipts that people recorded, and those of channels that have taken down every record of the application since it was granted. */
  async findReceipts(tx: Transaction, repairId: string, items: readonly RepairItemRow[], grantedAt: Date): Promise<Receipt[]> {
    return tx.query<Receipt>(
      `SELECT kind, at, document_no AS "documentNo" FROM repair_receipt WHERE repair_id = $1
       UNION ALL
       SELECT receipt, max(at), min(receipt_no) FROM channel_receipt WHERE entry_id = ANY ($2::uuid[]) AND at >= $3
       GROUP BY receipt HAVING count(DISTINCT entry_id) = $4`,
      [repairId, items.map((item) => item.item_id), grantedAt, items.length],
    );
  }
}

interface TaskToLift {
  readonly entryId: string;
  readonly activationNo: number;
  readonly taskId: string;
  readonly departmentCode: string;
  readonly version: number;
  readonly status: TaskStatus | null;
  readonly stays: string | null;
  readonly at: string;
  readonly dueAt: string | null;
}

const headOf = ({ data, time }: Lifting) => ({
  entryId: data.entryId,
  activationNo: data.activationNo,
  ground: data.ground,
  planVersion: data.planVersion,
  at: time,
});
const keyOf = (row: TaskToLift) => `${row.entryId}/${row.activationNo}/${row.taskId}`;

function tasksOf(event: Lifting): TaskToLift[] {
  const { entryId, activationNo, planVersion, tasks, stays, liftDueAt } = event.data;
  const head = { entryId, activationNo, at: event.time };
  return [
    // A task that stays names no version of its own: the plan's stands for it, so that a later step of the plan overrides.
    ...stays.map((row) => ({
      ...head,
      taskId: row.taskId,
      departmentCode: row.departmentCode,
      version: planVersion,
      status: null,
      stays: row.reason,
      dueAt: null,
    })),
    ...tasks.map((row) => ({
      ...head,
      taskId: row.taskId,
      departmentCode: row.departmentCode,
      version: 1_000_000 + planVersion,
      status: row.status,
      stays: null,
      dueAt: liftDueAt,
    })),
  ];
}
