import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { ListEntryView, TaskView } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { daysAgo, type FlagBody, flagOf, partyOf } from './support/flags.ts';
import type { Road } from './support/road.ts';

const pdf = Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n');
const patienceMs = 60_000;

interface Repair {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly steps: readonly { readonly action: string }[];
  readonly restoredAt: string | null;
  readonly certificateNumber: string | null;
}
interface Checklist {
  readonly isComplete: boolean;
  readonly lines: readonly { kind: string; departmentCode: string | null; total: number; open: number; kept: number }[];
}
interface Objection {
  readonly id: string;
  readonly status: string;
}

/** What a grant and a hold undo, told by the people who do it over HTTP; the same, word for word, whatever is killed meanwhile. */
export class Desks {
  constructor(
    protected readonly road: Road,
    protected readonly flag: (body: FlagBody) => Promise<ListEntryView>,
  ) {}

  /** Sends until it is acknowledged, as a department's system does: the same key, however often the line breaks. */
  async send<Body>(who: string, path: string, body: unknown, key: string): Promise<Body> {
    const client = await this.road.as(who);
    return eventually(
      `${path} is acknowledged`,
      async () => {
        const answer = await client.post<Body>(`/api/v1/${path}`, body, { 'idempotency-key': key }).catch(() => undefined);
        if (answer === undefined || answer.status >= 500 || answer.status === 429) return undefined;
        if (answer.status > 202) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
        return answer.body;
      },
      patienceMs,
    );
  }

  async read<Body>(who: string, path: string): Promise<Body | undefined> {
    const answer = await (await this.road.as(who)).get<Body>(`/api/v1/${path}`).catch(() => undefined);
    return answer?.status === 200 ? answer.body : undefined;
  }

  tasks(entryId: string): Promise<TaskView[]> {
    return this.road.tasks(entryId).catch(() => []);
  }

  /** Waits until every task of an entry is so. */
  all(entryId: string, status: string): Promise<TaskView[]> {
    return eventually(
      `every task is ${status}`,
      async () => {
        const rows = await this.tasks(entryId);
        return rows.length > 0 && rows.every((task) => task.status === status) && rows;
      },
      patienceMs,
    );
  }

  /** A wage entry whose tasks stand in the queues. */
  async flagged(changes: Partial<FlagBody> = {}): Promise<ListEntryView> {
    const view = await this.flag(flagOf('BL-WAGE', { parties: [partyOf('LEGAL_REPRESENTATIVE')], ...changes }));
    await this.all(view.id, 'DISPATCHED');
    return view;
  }

  private async file(who: string): Promise<string> {
    const client = await this.road.as(who);
    const answer = await client.request<{ id: string }>('POST', '/api/v1/repair-files', pdf, { 'content-type': 'application/pdf' });
    if (answer.status !== 201) throw new Error(`no file: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  }

  /** From the window to the handler's opinion: the next word is the approver's. */
  async proposed(entry: ListEntryView): Promise<Repair> {
    const kinds = ['PERFORMANCE_PROOF', 'COMMITMENT'];
    const materials = await Promise.all(kinds.map(async (kind) => ({ kind, fileId: await this.file('WINDOW') })));
    const request = {
      items: [{ kind: 'LIST_ENTRY', id: entry.id }],
      applicant: { kind: 'SUBJECT' },
      dutiesPerformedOn: daysAgo(250),
      materials,
    };
    const repair = await this.send<Repair>('WINDOW', 'repairs', request, `apply-${entry.id}`);
    await this.send('RSJ', `repairs/${repair.id}/accept`, {}, `accept-${entry.id}`);
    const opinion = { action: 'GRANT', documentNo: '连人社修〔2026〕1号', reason: '工资已全部支付' };
    await this.send('RSJ', `repairs/${repair.id}/propose`, opinion, `propose-${entry.id}`);
    return repair;
  }

  /** Restored for the time of a reorganisation plan. */
  async bankrupt(entry: ListEntryView): Promise<Repair> {
    const request = {
      items: [{ kind: 'LIST_ENTRY', id: entry.id }],
      category: 'BANKRUPTCY',
      applicant: { kind: 'ADMINISTRATOR' },
      materials: [{ kind: 'COURT_RULING', fileId: await this.file('WINDOW') }],
    };
    const repair = await this.send<Repair>('WINDOW', 'repairs', request, `apply-${entry.id}`);
    await this.send('RSJ', `repairs/${repair.id}/accept`, {}, `accept-${entry.id}`);
    const opinion = { action: 'GRANT_TEMPORARY', documentNo: '连人社修〔2026〕2号', reason: '重整计划已获批准' };
    await this.send('RSJ', `repairs/${repair.id}/propose`, opinion, `propose-${entry.id}`);
    return this.grant(entry, repair);
  }

  grant(entry: ListEntryView, repair: Repair): Promise<Repair> {
    return this.send('RSJ:APPROVER', `repairs/${repair.id}/decide`, { outcome: 'CONFIRM' }, `grant-${entry.id}`);
  }

  /** Every department proves that it has lifted. */
  async proved(tasks: readonly TaskView[]): Promise<void> {
    for (const task of tasks)
      await this.send(task.departmentCode, `tasks/${task.id}/feedback`, { kind: 'LIFTED', measureApplied: '已解除' }, `lift-${task.id}`);
  }

  async sites(repair: Repair): Promise<void> {
    await this.send('RSJ', `repairs/${repair.id}/receipts`, { kind: 'DEPARTMENT_SITE' }, `unit-${repair.id}`);
    await this.send('CREDIT_OFFICE', `repairs/${repair.id}/receipts`, { kind: 'SITE', documentNo: 'HZ-1' }, `site-${repair.id}`);
  }

  checklist(repair: Repair): Promise<Checklist | undefined> {
    return this.read('CREDIT_OFFICE', `repairs/${repair.id}/checklist`);
  }

  restored(repair: Repair): Promise<Repair> {
    return eventually(
      'credit is restored everywhere',
      async () => {
        const found = await this.read<Repair>('CREDIT_OFFICE', `repairs/${repair.id}`);
        return found?.status === 'DONE' && found;
      },
      patienceMs,
    );
  }

  async objected(entry: ListEntryView): Promise<Objection> {
    const body = {
      target: { kind: 'LIST_ENTRY', id: entry.id },
      kinds: ['CONTENT_WRONG'],
      capacity: 'SUBJECT',
      channel: 'WINDOW',
      applicant: { name: '示例' },
      identityProof: { documentNo: '核验单1', how: 'REAL_NAME' },
      statement: '工资已付清，列入有误',
      evidence: [{ title: '支付凭证', sha256: createHash('sha256').update(entry.id).digest('hex') }],
    };
    return this.send('WINDOW', 'objections', body, `object-${entry.id}`);
  }

  /** From the mark to the unit's finding, by two people: the entry is void. */
  async upheld(entry: ListEntryView, objection: Objection): Promise<void> {
    await eventually('the mark is proved', async () => {
      const found = await this.read<Objection>('CREDIT_OFFICE', `objections/${objection.id}`);
      return found?.status === 'MARKED';
    });
    const step = (who: string, name: string, body: object = {}) =>
      this.send(who, `objections/${objection.id}/${name}`, body, `${name}-${entry.id}`);
    await step('CREDIT_OFFICE', 'self-check');
    await step('CREDIT_OFFICE', 'forward');
    await step('RSJ', 'verify');
    const finding = {
      outcome: 'UPHELD',
      effect: 'VOID',
      errorSource: 'SOURCE',
      documentNo: '连人社异〔2026〕1号',
      reasons: '列入条件未满足',
    };
    await step('RSJ', 'propose', finding);
    await step('RSJ:APPROVER', 'approve');
  }

  /** What must be the same with a kill and without: states and facts, not the ids and times. */
  async endOf(entry: ListEntryView, repair: Repair): Promise<object> {
    const found = await this.restored(repair);
    const checklist = await this.checklist(repair);
    const view = await this.read<ListEntryView>('CREDIT_OFFICE', `list-entries/${entry.id}`);
    return {
      entry: view?.status,
      steps: found.steps.map(({ action }) => action),
      isComplete: checklist?.isComplete,
      lines: checklist?.lines.map(({ kind, departmentCode, total, open, kept }) => [kind, departmentCode, total, open, kept].join(' ')),
      tasks: (await this.tasks(entry.id)).map(taskInWords).sort(),
    };
  }
}

const placeOf = (task: TaskView) => [task.departmentCode, task.measureCode, task.partyRole].join(' ');
export const taskInWords = (task: TaskView) =>
  [task.departmentCode, task.measureCode, task.partyRole, task.status, task.bases.map((basis) => basis.status).join('+')].join(' ');

/** A grant and a hold as users see them, once in peace and once while every service that carries them dies. */
export function describeUndoing(
  roadOf: () => Road,
  flag: (body: FlagBody) => Promise<ListEntryView>,
  killNow: (name: string) => Promise<void>,
): void {
  const desks = () => new Desks(roadOf(), flag);
  let peaceful: object;

  test('a granted repair lifts every task; the last receipt proves that credit is restored everywhere, with a certificate', async () => {
    const desk = desks();
    const entry = await desk.flagged();
    const repair = await desk.proposed(entry);
    expect((await desk.tasks(entry.id)).every((task) => task.status === 'DISPATCHED')).toBe(true);
    await desk.grant(entry, repair);
    const tasks = await desk.all(entry.id, 'LIFTING');
    const waiting = await eventually('the checklist names every department', async () => {
      const found = await desk.checklist(repair);
      const open = found?.lines.reduce((sum, line) => sum + (line.kind === 'MEASURES' && line.departmentCode !== null ? line.open : 0), 0);
      return open === tasks.length && found;
    });
    expect(waiting.isComplete).toBe(false);
    expect(await desk.read('CREDIT_OFFICE', `repairs/${repair.id}/certificate`)).toBeUndefined();
    await desk.sites(repair);
    const [last, ...others] = tasks;
    if (last === undefined) throw new Error('an entry without tasks');
    await desk.proved(others);
    expect(await desk.read<Repair>('CREDIT_OFFICE', `repairs/${repair.id}`)).toMatchObject({ status: 'SYNCING', certificateNumber: null });
    await desk.proved([last]);
    peaceful = await desk.endOf(entry, repair);
    expect(peaceful).toMatchObject({ entry: 'REPAIRED', isComplete: true });
    const { certificateNumber, restoredAt } = await desk.restored(repair);
    expect([certificateNumber, restoredAt]).toEqual([repair.number.replace('-XF-', '-XZ-'), expect.any(String)]);
    const [code = ''] = await roadOf().system.rows([`SELECT code FROM credit_repair.repair_certificate WHERE repair_id = '${repair.id}'`]);
    const check = await fetch(`${roadOf().system.baseUrl}/api/v1/public/repair-certificates/${code}`);
    expect([check.status, await check.json()]).toEqual([200, expect.objectContaining({ status: 'VALID', restoredAt })]);
  }, 120_000);

  test('a grant whose every service is killed ends as one in peace, and its checklist is true all the time', async () => {
    const desk = desks();
    const entry = await desk.flagged();
    const repair = await desk.proposed(entry);
    const granting = desk.grant(entry, repair);
    await Promise.all(['credit-repair', 'list-matching', 'measure-decomposition', 'execution-feedback'].map(killNow));
    await granting;
    const tasks = await desk.all(entry.id, 'LIFTING');
    const lies: string[] = [];
    let isOver = false;
    // Whoever looks in between is never told that all is done while one task is still to be lifted.
    const looking = (async () => {
      while (!isOver) {
        const complete = (await desk.checklist(repair))?.isComplete === true;
        const open = (await desk.tasks(entry.id)).filter((task) => task.status === 'LIFTING').length;
        if (complete && open > 0) lies.push(`complete with ${open} open`);
      }
    })();
    const proving = desk.proved(tasks).then(() => desk.sites(repair));
    await Promise.all(['credit-repair', 'execution-feedback'].map(killNow));
    await proving;
    const end = await desk.endOf(entry, repair);
    isOver = true;
    await looking;
    expect(lies).toEqual([]);
    expect(end).toEqual(peaceful);
  }, 180_000);

  test('a repair granted while an objection lets the tasks rest lifts them all; upheld afterwards, the objection corrects the entry, and the proof stays true', async () => {
    const desk = desks();
    const entry = await desk.flagged();
    const objection = await desk.objected(entry);
    await desk.send('CREDIT_OFFICE', `objections/${objection.id}/accept`, {}, `accept-objection-${entry.id}`);
    await desk.all(entry.id, 'ON_HOLD');
    const repair = await desk.proposed(entry);
    await desk.grant(entry, repair);
    const tasks = await desk.all(entry.id, 'LIFTING');
    await desk.upheld(entry, objection);
    await eventually('the entry is corrected', async () => {
      const view = await desk.read<ListEntryView>('CREDIT_OFFICE', `list-entries/${entry.id}`);
      return view?.status === 'CORRECTED';
    });
    expect((await desk.checklist(repair))?.isComplete).toBe(false);
    await desk.sites(repair);
    await desk.proved(tasks);
    expect(await desk.endOf(entry, repair)).toMatchObject({ entry: 'CORRECTED', isComplete: true });
  }, 120_000);

  test('a repair got with false materials is revoked: the entry and every task are back, and the certificate is void (R-5-13)', async () => {
    const desk = desks();
    const entry = await desk.flagged();
    const before = (await desk.tasks(entry.id)).map(placeOf).sort();
    const repair = await desk.proposed(entry);
    await desk.grant(entry, repair);
    await desk.proved(await desk.all(entry.id, 'LIFTING'));
    await desk.sites(repair);
    await desk.restored(repair);
    const [code = ''] = await roadOf().system.rows([`SELECT code FROM credit_repair.repair_certificate WHERE repair_id = '${repair.id}'`]);
    const finding = { action: 'REVOKE', documentNo: '连人社撤〔2026〕1号', reason: '支付凭证系伪造', ground: 'FALSE_MATERIAL' };
    await desk.send('RSJ', `repairs/${repair.id}/propose`, finding, `propose-revocation-${entry.id}`);
    await desk.send('RSJ:APPROVER', `repairs/${repair.id}/decide`, { outcome: 'CONFIRM' }, `revoke-${entry.id}`);
    await eventually('the same tasks are in the queues again', async () => {
      const running = (await desk.tasks(entry.id)).filter((task) => task.status === 'DISPATCHED');
      return running.map(placeOf).sort().join() === before.join();
    });
    expect(await desk.read<ListEntryView>('CREDIT_OFFICE', `list-entries/${entry.id}`)).toMatchObject({ status: 'ACTIVE' });
    const check = await fetch(`${roadOf().system.baseUrl}/api/v1/public/repair-certificates/${code}`);
    expect(await check.json()).toMatchObject({ status: 'INVALID', invalidSince: expect.any(String) });
  }, 120_000);

  test('a bankruptcy whose plan fails: the tasks rest for the time of the plan, and everything returns (R-5-14)', async () => {
    const desk = desks();
    const entry = await desk.flagged();
    const before = (await desk.tasks(entry.id)).map(taskInWords).sort();
    const repair = await desk.bankrupt(entry);
    await desk.all(entry.id, 'ON_HOLD');
    const decide = async (action: string) => {
      const body = { action, documentNo: '连人社修〔2026〕2号', reason: '重整计划执行不能' };
      await desk.send('RSJ', `repairs/${repair.id}/propose`, body, `${action}-${entry.id}`);
      return desk.send<Repair>('RSJ:APPROVER', `repairs/${repair.id}/decide`, { outcome: 'CONFIRM' }, `decide-${action}-${entry.id}`);
    };
    expect((await decide('FAIL_PLAN')).status).toBe('TEMPORARY_ENDED');
    expect((await desk.all(entry.id, 'DISPATCHED')).map(taskInWords).sort()).toEqual(before);
  }, 120_000);

  test('an objection upheld while a repair is asked for makes the repair moot: nobody decides it any more', async () => {
    const desk = desks();
    const entry = await desk.flagged();
    const repair = await desk.proposed(entry);
    const objection = await desk.objected(entry);
    await desk.send('CREDIT_OFFICE', `objections/${objection.id}/accept`, {}, `accept-objection-${entry.id}`);
    await desk.all(entry.id, 'ON_HOLD');
    await desk.upheld(entry, objection);
    const moot = await eventually('the application is moot', async () => {
      const found = await desk.read<Repair>('CREDIT_OFFICE', `repairs/${repair.id}`);
      return found?.status === 'WITHDRAWN' && found;
    });
    expect(moot.steps.at(-1)).toMatchObject({ action: 'LAPSE', detail: { grounds: ['DESIGNATION_WRONG'] } });
    const late = await (await roadOf().as('RSJ:APPROVER')).post(`/api/v1/repairs/${repair.id}/decide`, { outcome: 'CONFIRM' });
    expect(late).toMatchObject({ status: 409, body: { code: 'REPAIR_STATE' } });
    // What nobody has begun is cancelled, the rest is lifted.
    await eventually('nothing of it is in force', async () =>
      (await desk.tasks(entry.id)).every((task) => ['LIFTING', 'CANCELLED'].includes(task.status)),
    );
  }, 120_000);

  test('a hold whose every service is killed ends as one in peace: every task rests while the objection is verified, and goes on after it', async () => {
    const desk = desks();
    const [quiet, killed] = [await desk.flagged(), await desk.flagged()];
    const held: string[][] = [];
    const released: string[][] = [];
    for (const entry of [quiet, killed]) {
      const objection = await desk.objected(entry);
      const accepting = desk.send('CREDIT_OFFICE', `objections/${objection.id}/accept`, {}, `accept-objection-${entry.id}`);
      if (entry === killed)
        await Promise.all(['objection-handling', 'list-matching', 'measure-decomposition', 'execution-feedback'].map(killNow));
      await accepting;
      held.push((await desk.all(entry.id, 'ON_HOLD')).map(taskInWords).sort());
      const marked = await eventually(
        'the mark is proved',
        async () => {
          const found = await desk.read<Objection>('CREDIT_OFFICE', `objections/${objection.id}`);
          return found?.status === 'MARKED' && found;
        },
        patienceMs,
      );
      await desk.send('WINDOW', `objections/${marked.id}/withdraw`, { reason: '主体撤回' }, `withdraw-objection-${entry.id}`);
      released.push((await desk.all(entry.id, 'DISPATCHED')).map(taskInWords).sort());
    }
    expect(held[1]).toEqual(held[0]);
    expect(released[1]).toEqual(released[0]);
  }, 180_000);
}
