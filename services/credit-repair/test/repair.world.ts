import { randomUUID } from 'node:crypto';
import {
  catalogueKey,
  cataloguePublished,
  type EventData,
  listEntryActivated,
  listEntryCorrected,
  listEntryExited,
  objectionDecided,
  publicRecordPublished,
  publicRecordWithdrawn,
  subjectRegistered,
  taskLifted,
  taskLifting,
} from '@lianxin/contracts';
import type { EventFeeder } from '@lianxin/testing';

export interface WorldEntry {
  readonly entryId: string;
  readonly subjectId: string;
  readonly usccCode: string;
}
type Activated = EventData<typeof listEntryActivated>;
type Published = EventData<typeof publicRecordPublished>;
type Lifting = EventData<typeof taskLifting>;

const nowhere = { regionCode: null, parentCode: null, zoneHost: null, validFrom: '2024-01-01' };
let codes = 0;
/** Only its form matters here: codes are checked where subjects are registered. */
const nextCode = () => `9132070000000${String(++codes).padStart(4, '0')}A`;

/** What the services around credit-repair would say, so that its specs read as stories. */
export class RepairWorld {
  constructor(readonly feeder: EventFeeder) {}

  /** What departments are called in a version of the catalogue. */
  async departments(version: number, names: Readonly<Record<string, string>>): Promise<void> {
    const all = Object.entries(names);
    for (const [index, [code, nameZh]] of all.entries()) {
      const department = { code, nameZh, nameEn: code, kind: 'GOV', level: 'CITY', tenant: true, supervised: true, ...nowhere } as const;
      const row = { kind: 'DEPARTMENT' as const, department };
      await this.feeder.send(cataloguePublished, catalogueKey, { version, rowNumber: index + 1, rowCount: all.length, row });
    }
  }

  async subject(name = '连云港某某有限公司'): Promise<{ subjectId: string; usccCode: string }> {
    const subjectId = randomUUID();
    const usccCode = nextCode();
    const organisation = { name, usccCode };
    const data = { subjectId, version: 1, kind: 'LEGAL', organisation, person: null, regionCode: '320703', provisional: false } as const;
    await this.feeder.send(subjectRegistered, subjectId, data);
    return { subjectId, usccCode };
  }

  headOf(entry: WorldEntry, version: number, activationNo = 1, listCode = 'BL-MKT') {
    return {
      entryId: entry.entryId,
      entryVersion: version,
      activationNo,
      number: `LYG-MD-2026-${entry.entryId.slice(0, 6)}`,
      listCode,
      listType: 'BLACK' as const,
      subjectId: entry.subjectId,
      designatingDepartment: 'SCJGJ',
    };
  }

  /** An entry in force since `on`. */
  async entry(on: string, changes: Partial<Activated> = {}, of?: { subjectId: string; usccCode: string }): Promise<WorldEntry> {
    const { subjectId, usccCode } = of ?? (await this.subject());
    const entry = { entryId: changes.entryId ?? randomUUID(), subjectId, usccCode };
    await this.feeder.send(listEntryActivated, entry.subjectId, { ...this.bodyOf(entry, on, changes.listCode), ...changes });
    return entry;
  }

  private bodyOf(entry: WorldEntry, on: string, listCode = 'BL-MKT'): Activated {
    return {
      ...this.headOf(entry, 3, 1, listCode),
      status: 'ACTIVE',
      listField: 'MARKET_ORDER',
      level: 'CITY',
      regionCode: '320700',
      origin: 'CITY',
      grade: 'SERIOUS',
      industry: null,
      decision: { number: `连市监罚〔2025〕${entry.entryId.slice(0, 4)}号`, date: on },
      activatedOn: on,
      validFrom: on,
      validTo: '2029-12-31',
      conditions: [],
      parties: [{ partyId: randomUUID(), subjectId: entry.subjectId, role: 'SUBJECT', kind: 'LEGAL', named: true, served: true }],
    };
  }

  /** Facts of an entry in force are otherwise. */
  async corrected(entry: WorldEntry, on: string, changes: Partial<Activated>): Promise<void> {
    await this.feeder.send(listEntryCorrected, entry.subjectId, {
      ...this.bodyOf(entry, on),
      entryVersion: 4,
      correctedFields: Object.keys(changes),
      documentNo: '更正〔2026〕1号',
      correctedOn: '2026-11-20',
      ...changes,
    });
  }

  async exited(entry: WorldEntry, changes: Partial<EventData<typeof listEntryExited>> = {}): Promise<void> {
    await this.feeder.send(listEntryExited, entry.subjectId, {
      ...this.headOf(entry, 9),
      status: 'REPAIRED',
      ground: 'REPAIRED',
      documentNo: '连市监修〔2026〕1号',
      exitedOn: '2026-11-23',
      byEntryId: null,
      ...changes,
    });
  }

  /** A fine that is public since `on`. */
  async penalty(on: string, changes: Partial<Published> = {}): Promise<{ recordId: string; subjectId: string }> {
    const subjectId = changes.subjectId ?? (await this.subject()).subjectId;
    const recordId = randomUUID();
    await this.feeder.send(publicRecordPublished, subjectId, {
      recordId,
      recordVersion: 2,
      number: `LYG-GS-2026-${recordId.slice(0, 6)}`,
      kind: 'PENALTY',
      subjectId,
      subjectKind: 'LEGAL',
      departmentCode: 'SCJGJ',
      status: 'PUBLISHED',
      documentNo: `连市监罚〔2026〕${recordId.slice(0, 4)}号`,
      decidedOn: on,
      grade: 'GENERAL',
      categories: ['FINE'],
      fineWan: '5',
      publicUntil: null,
      publishedOn: on,
      publishDueOn: on,
      ...changes,
    });
    return { recordId, subjectId };
  }

  async penaltyRevoked(record: { recordId: string; subjectId: string }, recordVersion = 3): Promise<void> {
    await this.feeder.send(publicRecordWithdrawn, record.subjectId, {
      recordId: record.recordId,
      recordVersion,
      number: `LYG-GS-2026-${record.recordId.slice(0, 6)}`,
      kind: 'PENALTY',
      subjectId: record.subjectId,
      subjectKind: 'LEGAL',
      departmentCode: 'SCJGJ',
      status: 'WITHDRAWN',
      ground: 'DECISION_REVOKED',
      documentNo: '连政复〔2026〕9号',
      withdrawnOn: '2026-11-23',
      withdrawDueOn: '2026-11-26',
    });
  }

  /** An objection to an entry could be neither confirmed nor refuted: it is kept with a note. */
  async noted(entry: WorldEntry, changes: Partial<EventData<typeof objectionDecided>> = {}): Promise<void> {
    const { number } = this.headOf(entry, 1);
    await this.feeder.send(objectionDecided, entry.subjectId, {
      objectionId: randomUUID(),
      objectionVersion: 5,
      number: 'LYG-YY-2026-000001',
      subjectId: entry.subjectId,
      status: 'UNCONFIRMED',
      target: { kind: 'LIST_ENTRY', id: entry.entryId, number, listCode: 'BL-MKT', taskId: null },
      sourceDepartment: 'SCJGJ',
      outcome: 'UNCONFIRMED',
      effect: 'NOTE',
      errorSource: null,
      documentNo: '异议〔2026〕1号',
      decidedOn: '2026-11-23',
      stillDisputed: false,
      validTo: null,
      correctedFields: [],
      ...changes,
    });
  }

  lifting(entry: WorldEntry, tasks: Lifting['tasks'], changes: Partial<Lifting> = {}): Lifting {
    return {
      planId: randomUUID(),
      entryId: entry.entryId,
      activationNo: 1,
      planVersion: 2,
      listCode: 'BL-MKT',
      listType: 'BLACK',
      direction: 'PUNISH',
      part: 1,
      parts: 1,
      tasks,
      stays: [],
      ground: 'REPAIRED',
      documentNo: '连市监修〔2026〕1号',
      liftDueAt: '2026-11-26T16:00:00.000Z',
      ...changes,
    };
  }

  async lifted(entry: WorldEntry, task: Lifting['tasks'][number], at = new Date().toISOString()): Promise<void> {
    await this.feeder.send(taskLifted, entry.subjectId, {
      ...task,
      taskVersion: task.taskVersion + 1,
      status: 'LIFTED',
      entryIds: [entry.entryId],
      actedAt: at,
      feedbackId: randomUUID(),
      onTime: true,
    });
  }
}
