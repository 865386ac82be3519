import type { ListEntryActivated, ListEntryView, PartyRole, TaskView } from '@lianxin/contracts';
import { beijingDate } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { type Expected, expectedPlan } from '../../services/measure-decomposition/test/plan-oracle.ts';
import { designators, type FlagBody } from './flags.ts';
import type { Client, System } from './system.ts';

/** What a caller of the road needs: one client per key, made once. */
export class Road {
  private readonly clients = new Map<string, Client>();

  constructor(readonly system: System) {}

  async as(key: string): Promise<Client> {
    const known = this.clients.get(key) ?? (await this.system.client(key));
    this.clients.set(key, known);
    return known;
  }

  /** Flags as the list's designating unit; the answer must be 201. */
  async flag(body: FlagBody, key?: string): Promise<ListEntryView> {
    const unit = await this.as(designators[body.listCode] ?? '');
    const answer = await unit.post<ListEntryView>('/api/v1/list-entries', body, { 'idempotency-key': key ?? body.sourceRecordId });
    if (answer.status !== 201) throw new Error(`${body.listCode}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** All tasks that rest on an entry, whatever department, as the credit office sees them. */
  async tasks(entryId: string): Promise<TaskView[]> {
    return (await this.as('CREDIT_OFFICE')).all<TaskView>(`/api/v1/tasks?entryId=${entryId}`);
  }

  async notices(entryId: string): Promise<TaskView[]> {
    return (await this.as('CREDIT_OFFICE')).all<TaskView>(`/api/v1/notices?entryId=${entryId}`);
  }

  /** Waits until an entry has exactly as many tasks and notices as it must have. */
  async settled(entryId: string, expected: Expected): Promise<{ tasks: TaskView[]; notices: TaskView[] }> {
    const wanted = countsOf(expected);
    return eventually(`entry ${entryId} has ${wanted.tasks} tasks and ${wanted.notices} notices`, async () => {
      const [tasks, notices] = await Promise.all([this.tasks(entryId), this.notices(entryId)]);
      return tasks.length >= wanted.tasks && notices.length >= wanted.notices && { tasks, notices };
    });
  }
}

/** The entry as the oracle wants it, from what was sent and what was answered. */
export function entryForOracle(body: FlagBody, view: ListEntryView): ListEntryActivated {
  return {
    entryId: view.id,
    entryVersion: 1,
    activationNo: 1,
    number: view.number ?? '',
    listCode: body.listCode,
    listType: view.listType as ListEntryActivated['listType'],
    subjectId: view.subject.id ?? '',
    designatingDepartment: view.designatingDepartment,
    status: 'ACTIVE',
    listField: null,
    level: 'CITY',
    regionCode: body.subject.regionCode,
    origin: 'CITY',
    grade: view.grade,
    industry: null,
    decision: { number: body.decision.number, date: body.decision.date },
    activatedOn: view.activatedOn ?? beijingDate(new Date()),
    validFrom: view.validFrom ?? beijingDate(new Date()),
    validTo: view.validTo,
    conditions: (body['conditions'] as ListEntryActivated['conditions'] | undefined) ?? [],
    parties: view.parties.map((party) => ({
      partyId: party.id,
      subjectId: party.id,
      role: party.role as PartyRole,
      kind: party.role === 'SUBJECT' ? view.subject.kind : 'PERSON',
      named: party.named,
      served: party.served,
    })),
  };
}

export function oracleOf(body: FlagBody, view: ListEntryView): Expected {
  return expectedPlan(entryForOracle(body, view));
}

/** An item of the oracle reads `measure party department role force notice deadline`. */
const isNotice = (item: string) => item.split(' ')[5] === 'true';

export function countsOf(expected: Expected): { tasks: number; notices: number } {
  return { tasks: expected.items.filter((item) => !isNotice(item)).length, notices: expected.items.filter(isNotice).length };
}

/** Tasks or notices in the oracle's words, to be compared. */
export function inOracleWords(rows: readonly TaskView[], notice: boolean): string[] {
  return rows
    .map((row) => [row.measureCode, row.partyId, row.departmentCode, row.role, row.force, notice, row.dueAt !== null].join(' '))
    .sort();
}

export function expectedRows(expected: Expected, notice: boolean): string[] {
  return expected.items.filter((item) => isNotice(item) === notice).sort();
}
