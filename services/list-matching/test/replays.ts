import { randomUUIDv7 } from 'node:crypto';
import {
  type ReplayApproved,
  type ReplayAssessed,
  type ReplayChange,
  replayApproved,
  replayAssessed,
  replayRequested,
} from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import type { ListCity } from './city.ts';
import { today } from './designations.ts';

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
}
