import { expect, test } from '@jest/globals';
import { beijingDate, type ListEntryView, type TaskView } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { type FlagBody, flagOf, partyOf } from './support/flags.ts';
import type { Road } from './support/road.ts';
import { Desks, taskInWords } from './undone.suite.ts';

const patienceMs = 60_000;
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n');

interface Replay {
  readonly id: string;
  readonly status: string;
  readonly detail: string | null;
  readonly sha256: string | null;
  readonly figures: Readonly<Record<string, unknown>>;
  readonly steps: readonly { readonly action: string; readonly to: string }[];
}
interface Case {
  readonly honour: ListEntryView;
  readonly black: ListEntryView;
  readonly replay: Replay;
}

/** A wrong black entry that excluded an honour and was partly carried out, and the replay that makes it good; by the people who do it. */
class ReplayDesks extends Desks {
  async disputed(): Promise<Case> {
    const red = flagOf('RL-CREDIT');
    const honour = await this.flag(red);
    const named = { parties: [partyOf('LEGAL_REPRESENTATIVE')], subject: red.subject };
    const black = await this.flagged(named);
    await eventually('the honour is excluded', async () => (await this.entry(honour.id))?.status === 'EXCLUDED', patienceMs);
    for (const task of (await this.tasks(black.id)).filter((one) => one.departmentCode === 'WMB').sort(byPlace))
      await this.carriedOut(task);
    return { honour, black, replay: await this.agreed(black) };
  }

  private async entry(id: string): Promise<ListEntryView | undefined> {
    return this.read<ListEntryView>('CREDIT_OFFICE', `list-entries/${id}`);
  }

  private async carriedOut(task: TaskView): Promise<void> {
    const step = (name: string, body: object = {}) =>
      this.send<{ id: string }>(task.departmentCode, `tasks/${task.id}/${name}`, body, `${name}-${task.id}`);
    await step('acknowledge');
    await step('start');
    const evidence = await (await this.road.as(task.departmentCode)).request<{ id: string }>('POST', '/api/v1/files', pdf, {
      'content-type': 'application/pdf',
    });
    const done = { measureApplied: '取消评优资格', appliedOn: beijingDate(new Date()), documentNo: '示例办〔2026〕1号' };
    const feedback = await step('feedback', { kind: 'APPLIED', ...done, evidenceIds: [evidence.body.id] });
    await this.send(`${task.departmentCode}:APPROVER`, `feedback/${feedback.id}/approve`, {}, `approve-${feedback.id}`);
  }

  /** Planned by one and agreed to by another. */
  private async agreed(black: ListEntryView): Promise<Replay> {
    const change = { kind: 'VOID_ENTRY', effect: 'VOID' };
    const wrong = { change, ground: 'REVOKING_DOCUMENT', documentNo: '连人社撤〔2026〕1号', reason: '列入条件未满足' };
    const planned = await this.send<Replay>('ADMIN', 'replays', { scope: { entryId: black.id }, ...wrong }, `plan-${black.id}`);
    const { sha256 } = await this.until(planned, ['PLANNED']);
    return this.send('ADMIN2', `replays/${planned.id}/approve`, { sha256 }, `approve-${planned.id}`);
  }

  until({ id }: Replay, statuses: readonly string[]): Promise<Replay> {
    return eventually(
      `the replay is ${statuses.join(' or ')}`,
      async () => {
        const found = await this.read<Replay>('ADMIN', `replays/${id}`);
        return found !== undefined && statuses.includes(found.status) && found;
      },
      patienceMs,
    );
  }

  /** Where it stands, looked up past the services, which may be dead. */
  async statusOf({ id }: Replay): Promise<string> {
    const [status = ''] = await this.road.system.rows([`SELECT status FROM objection_handling.replay WHERE id = '${id}'`]);
    return status;
  }

  /** What must be the same with a kill and without: every table that the replay has moved, without ids and times. */
  async endOfCase({ honour, black, replay }: Case): Promise<object> {
    const { figures, steps, detail } = await this.until(replay, ['APPLIED', 'PARTLY_APPLIED', 'REFUSED']);
    const restoring = await eventually(
      'reputation is to be restored',
      async () => {
        const found = (await this.tasks(black.id)).filter((task) => task.kind === 'RESTORE');
        return found.length > 0 && found;
      },
      patienceMs,
    );
    const returned = await this.returned(honour);
    return {
      figures,
      steps: steps.map(({ action, to }) => `${action} ${to}`),
      detail,
      restoring: restoring.map(taskInWords).sort(),
      tasks: (await this.tasks(black.id)).map(taskInWords).sort(),
      rewards: (await this.all(returned, 'DISPATCHED')).map(taskInWords).sort(),
      tables: await this.tables(honour.subject.id ?? '', black.id),
    };
  }

  /** Entries, plans and the history of every task as they are stored. */
  private tables(subjectId: string, blackId: string): Promise<string[]> {
    return this.road.system.rows([
      `SELECT concat_ws(' ', list_code, status, version, activation_no,
         (SELECT string_agg(transition || '→' || to_status, ',' ORDER BY version) FROM list_matching.list_entry_fact WHERE entry_id = id))
       FROM list_matching.list_entry WHERE subject_id = '${subjectId}' ORDER BY 1`,
      `SELECT concat_ws(' ', entry->>'listCode', status, plan_version, in_error) FROM measure_decomposition.plan
       WHERE entry->>'subjectId' = '${subjectId}' ORDER BY 1`,
      `SELECT concat_ws(' ', task.department_code, measure_code, party_role, fact.version, what, from_status, to_status)
       FROM execution_feedback.task_fact AS fact JOIN execution_feedback.task ON task.id = task_id
       WHERE task_id IN (SELECT task_id FROM execution_feedback.task_basis WHERE entry_id = '${blackId}') ORDER BY 1`,
      `SELECT concat_ws(' ', kind, action, department_code) FROM objection_handling.replay_row WHERE entry_id = '${blackId}' ORDER BY 1`,
      `SELECT concat_ws(' ', state, outcome, restorations, refused_by) FROM objection_handling.replay_case WHERE entry_id = '${blackId}'`,
    ]);
  }

  /** The honour that has come back. */
  private returned(honour: ListEntryView): Promise<string> {
    const active = `SELECT id FROM list_matching.list_entry WHERE subject_id = '${honour.subject.id}' AND list_code = 'RL-CREDIT' AND status = 'ACTIVE'`;
    return eventually('the honour is back', async () => (await this.road.system.rows([active]))[0], patienceMs);
  }
}

const byPlace = (one: TaskView, other: TaskView) =>
  `${one.measureCode} ${one.partyRole}` < `${other.measureCode} ${other.partyRole}` ? -1 : 1;

/** A replay carried out in peace, and once while every service that carries it dies in the middle of it. */
export function describeReplays(
  roadOf: () => Road,
  flag: (body: FlagBody) => Promise<ListEntryView>,
  killNow: (name: string) => Promise<void>,
): void {
  test('a replay that is carried out while every service of it is killed ends as one in peace: the entry void, the honour back, reputation to be restored', async () => {
    const desk = new ReplayDesks(roadOf(), flag);
    const [quiet, killed] = [await desk.disputed(), await desk.disputed()];
    await desk.send('ADMIN', `replays/${quiet.replay.id}/apply`, {}, `apply-${quiet.replay.id}`);
    const peaceful = await desk.endOfCase(quiet);
    expect(peaceful).toMatchObject({ steps: expect.arrayContaining(['FINISH_PROOF APPLIED']), detail: null });

    // Whoever is killed is missed for some ten seconds, so each next one dies while the stage waits for the one before.
    const reached = (stage: string) => eventually(`it is ${stage}`, async () => (await desk.statusOf(killed.replay)) === stage, patienceMs);
    await killNow('execution-feedback');
    await desk.send('ADMIN', `replays/${killed.replay.id}/apply`, {}, `apply-${killed.replay.id}`);
    await reached('CHECKING');
    await killNow('objection-handling');
    await reached('CHECKING');
    await killNow('list-matching');
    await reached('APPLYING');
    await killNow('measure-decomposition');
    await reached('PROVING');
    await Promise.all(['objection-handling', 'execution-feedback'].map(killNow));
    expect(await desk.endOfCase(killed)).toEqual(peaceful);
  }, 180_000);
}
