import type { digestCompared, EventData } from '@lianxin/contracts';
import { maxDifferencesTold } from '@lianxin/contracts';
import { Digests } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

/** A basis that does not stand as its plan: only what law wants done at once runs on through an objection (R-6-4). */
const wrongBases = `SELECT task_basis.task_id, task_basis.entry_id || ' ' || task_basis.status || ' / ' || plan_seen.status AS copy
  FROM task_basis JOIN plan_seen USING (entry_id, activation_no)
  WHERE (plan_seen.status = 'ENDED' AND task_basis.status <> 'ENDED') OR (plan_seen.status = 'LIVE' AND task_basis.status = 'HELD')
    OR (plan_seen.status = 'HELD' AND task_basis.status = 'LIVE' AND NOT (task_basis.hold_exempt AND plan_seen.hold_cause = 'OBJECTION'))`;
/** A task that does not stand as its bases ask: one LIVE runs it, none LIVE but some HELD holds it, all ENDED ends it (R-4-5). */
const wrongTasks = `SELECT task.id, task.status || ' / ' || folded.live || ' LIVE, ' || folded.held || ' HELD' AS copy
  FROM task JOIN (SELECT task_id, count(*) FILTER (WHERE status = 'LIVE') AS live, count(*) FILTER (WHERE status = 'HELD') AS held
                  FROM task_basis GROUP BY task_id) AS folded ON folded.task_id = task.id
  WHERE task.kind = 'EXECUTE' AND CASE
    WHEN task.status = 'NOT_APPLICABLE' THEN false
    WHEN task.status IN ('LIFTING', 'LIFTED', 'CANCELLED') THEN live + held > 0
    WHEN task.status = 'ON_HOLD' THEN live > 0 OR held = 0
    ELSE live = 0 END`;

/** Plans as they were heard and tasks as they stand, for the comparison by night (design §3, guarantee 5). */
@Injectable()
export class TaskDigest {
  constructor(digests: Digests) {
    digests.hold(
      'measure_plan.status',
      `SELECT plan_id::text, plan_version, plan_version || '|' || status || coalesce('|' || hold_cause, '') FROM plan_seen WHERE status <> 'ENDED'`,
    );
    // Orders (verify, review, restore) are outside the figures and no copy keeps them.
    digests.own('task.status', `SELECT id::text, version, status FROM task WHERE NOT closed AND kind = 'EXECUTE'`);
    digests.examine('task.bases', (tx) => this.lookAtBases(tx));
  }

  /** Bases and tasks change in one transaction: one statement sees them together. */
  private async lookAtBases(tx: Transaction) {
    const [row] = await tx.query<{ rows: number; differences: number; found: { id: string; copy: string }[] }>(
      `WITH wrong AS (${wrongBases} UNION ALL ${wrongTasks})
       SELECT (SELECT count(*) FROM task_basis)::integer AS rows, (SELECT count(*) FROM wrong)::integer AS differences,
         coalesce((SELECT json_agg(json_build_object('id', task_id, 'copy', copy)) FROM (SELECT * FROM wrong ORDER BY task_id LIMIT $1) AS first), '[]') AS found`,
      [maxDifferencesTold],
    );
    const found = (row?.found ?? []).map(({ id, copy }): EventData<typeof digestCompared>['found'][number] => ({
      id,
      fault: 'OTHER',
      owner: null,
      copy: { version: 0, state: copy },
    }));
    return { rows: row?.rows ?? 0, questioned: 0, moving: 0, differences: row?.differences ?? 0, found };
  }
}
