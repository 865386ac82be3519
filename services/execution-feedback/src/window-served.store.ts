import { beijingDate, type checkPerformed, type EventData, type LianxinEvent } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { Matter } from './zero-report.rules.ts';

type Performed = LianxinEvent<EventData<typeof checkPerformed>>;

/** What windows were asked, and what became of it: the ground of automatic zero reports (§4.5). */
@Injectable()
export class WindowServedStore {
  /** Notes the days on which a matter was asked about, and the prompts. The same again changes nothing. */
  async note(tx: Transaction, events: readonly Performed[]): Promise<void> {
    const days = new Map(
      events.map(({ time, data }) => {
        const day = beijingDate(new Date(time));
        return [`${data.matterDepartment}|${data.matterCode}|${day}`, { ...data, day }];
      }),
    );
    const served = [...days.values()];
    await tx.execute(
      `INSERT INTO window_served (department_code, matter_code, day)
       SELECT * FROM unnest($1::text[], $2::text[], $3::date[]) AS new (department_code, matter_code, day) ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`,
      [served.map((row) => row.matterDepartment), served.map((row) => row.matterCode), served.map((row) => row.day)],
    );
    const prompts = events.flatMap(({ time, data }) =>
      data.prompts.flatMap(({ promptId, subjectId, measureCodes }) =>
        measureCodes.map((measureCode) => ({ promptId, measureCode, subjectId, department: data.matterDepartment, time })),
      ),
    );
    if (prompts.length === 0) return;
    await tx.execute(
      `INSERT INTO window_prompt (prompt_id, measure_code, department_code, subject_id, asked_at)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::timestamptz[]) AS new (prompt_id, measure_code, department_code, subject_id, asked_at)
       ORDER BY 1, 2 ON CONFLICT DO NOTHING`,
      [
        prompts.map((row) => row.promptId),
        prompts.map((row) => row.measureCode),
        prompts.map((row) => row.department),
        prompts.map((row) => row.subjectId),
        prompts.map((row) => row.time),
      ],
    );
  }

  /** Matters of the newest version of the catalogue of which every row has come. */
  async readMatters(tx: Transaction): Promise<Matter[]> {
    const rows = await tx.query<{ body: Matter }>(
      `SELECT body FROM catalogue_row WHERE kind = 'MATTER' AND version =
         (SELECT max(version) FROM (SELECT version FROM catalogue_row GROUP BY version HAVING count(*) = max(row_count)) AS complete)`,
    );
    return rows.map((row) => row.body);
  }

  /** Names `department|matter` that were asked about between two dates, both included. */
  async readServed(tx: Transaction, from: string, to: string): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ name: string }>(
      `SELECT DISTINCT department_code || '|' || matter_code AS name FROM window_served WHERE day BETWEEN $1 AND $2`,
      [from, to],
    );
    return new Set(rows.map((row) => row.name));
  }

  /** Those of these tasks about which a window applied a measure since an instant, or was prompted and has not said what became of it. */
  async readDoubtful(tx: Transaction, taskIds: readonly string[], since: Date): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ id: string }>(
      `SELECT DISTINCT task.id FROM task JOIN task_basis basis ON basis.task_id = task.id
       WHERE task.id = ANY ($1::uuid[]) AND (
         EXISTS (SELECT 1 FROM window_hit hit WHERE hit.subject_id = task.party_subject_id AND hit.measure_code = basis.measure_code
           AND hit.department_code = task.department_code AND hit.applied AND hit.decided_at >= $2)
         OR EXISTS (SELECT 1 FROM window_prompt prompt WHERE prompt.subject_id = task.party_subject_id AND prompt.measure_code = basis.measure_code
           AND prompt.department_code = task.department_code AND prompt.asked_at >= $2 AND NOT EXISTS (
             SELECT 1 FROM window_hit said WHERE said.prompt_id = prompt.prompt_id AND said.measure_code = prompt.measure_code)))`,
      [taskIds, since],
    );
    return new Set(rows.map((row) => row.id));
  }
}
