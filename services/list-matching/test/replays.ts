import { randomUUIDv7 } from 'node:crypto';
import { expect } from '@jest/globals';
import {
  type ListEntryView,
  type ReplayApproved,
  type ReplayAssessed,
  type ReplayChange,
  replayApproved,
  replayAssessed,
  replayCarriedOut,
  replayRefused,
  replayRequested,
} from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { creditOffice, type ListCity, taxOffice, wageOffice } from './city.ts';
import { designationOf, nextUscc, today } from './designations.ts';

export interface Case {
  readonly entryId: string;
  readonly subjectId: string;
}

/** What objection-handling says of one replay, and what it hears. */
export class Replay {
  readonly id = randomUUIDv7();
  private round = 0;

  constructor(private readonly lists: ListCity) {}

  /** Asks for all cases at once; the answers come in their order. */
  async ask(cases: readonly Case[], change: ReplayChange): Promise<ReplayAssessed[]> {
    const round = ++this.round;
    const records = cases.map(
      ({ entryId, subjectId }) =>
        this.lists.feeder.make(replayRequested, subjectId, { replayId: this.id, round, entryId, subjectId, change }).record,
    );
    await this.lists.feeder.sendRecords(records);
    return eventually('every case is answered', () => {
      const answers = new Map(
        this.lists.feeder
          .eventsOf(replayAssessed)
          .filter(({ data }) => data.replayId === this.id && data.round === round)
          .map(({ data }) => [data.entryId, data]),
      );
      const found = cases.flatMap(({ entryId }) => answers.get(entryId) ?? []);
      return found.length === cases.length ? found : undefined;
    });
  }

  approve(answer: ReplayAssessed, changes: Partial<ReplayApproved> = {}) {
    const { replayId, round, entryId, subjectId, change, versions } = answer;
    const replay = { id: replayId, mode: changes.sideEffects ?? 'notify' } as const;
    const data: ReplayApproved = {
      replayId,
      round,
      entryId,
      subjectId,
      change,
      versions,
      ground: 'OBJECTION_UPHELD',
      documentNo: '异议决〔2026〕1号',
      approvedOn: today,
      sideEffects: 'notify',
      acting: ['list-matching'],
      ...changes,
    };
    return this.lists.feeder.send(replayApproved, subjectId, data, { replay });
  }

  /** What the owner of the entries has said of what was approved, once it has said anything. */
  answer() {
    return eventually('the owner answers what was approved', () => {
      const done = this.lists.feeder.eventsOf(replayCarriedOut).filter(({ data }) => data.replayId === this.id);
      const refused = this.lists.feeder.eventsOf(replayRefused).filter(({ data }) => data.replayId === this.id);
      return done.length + refused.length > 0 ? { done, refused } : undefined;
    });
  }
}

export const caseOf = (entry: ListEntryView): Case => ({ entryId: entry.id, subjectId: entry.subject.id ?? '' });

/** Entries that are replayed. */
export class ReplayCases {
  constructor(private readonly lists: ListCity) {}

  async listed(listCode = 'BL-TAX', changes: Record<string, unknown> = {}, principal = taxOffice): Promise<ListEntryView> {
    const answer = await this.lists.call<ListEntryView>(principal, 'POST', '/api/v1/list-entries', designationOf(listCode, changes));
    expect([answer.status, answer.body.status]).toEqual([201, 'ACTIVE']);
    return answer.body;
  }

  /** An honour and the black entry that excluded it. */
  async wronglyExcluded() {
    const subject = { kind: 'LEGAL', name: '连云港守信示例有限公司', usccCode: nextUscc(), regionCode: '320706' };
    const honour = await this.listed('RL-TAXA', { subject });
    const black = await this.listed('BL-WAGE', { subject }, wageOffice);
    return { honour, black };
  }

  async factsOf(entry: ListEntryView): Promise<ListEntryView> {
    return (await this.lists.call<ListEntryView>(creditOffice, 'GET', `/api/v1/list-entries/${entry.id}`)).body;
  }
}
