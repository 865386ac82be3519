import { randomUUIDv7 } from 'node:crypto';
import { type EventData, type ListEntryView, objectionAccepted, objectionDecided, objectionWithdrawn } from '@lianxin/contracts';
import type { ListCity } from './city.ts';
import { today } from './designations.ts';

type Decided = EventData<typeof objectionDecided>;

/** What objection-handling says of one objection to an entry. */
export class SaidObjection {
  readonly id = randomUUIDv7();
  private version = 1;

  constructor(
    private readonly lists: ListCity,
    readonly entry: ListEntryView,
  ) {}

  private head(status: Decided['status']) {
    const { entry } = this;
    return {
      objectionId: this.id,
      objectionVersion: ++this.version,
      number: 'LYG-YY-2026-000001',
      subjectId: entry.subject.id ?? '',
      status,
      target: { kind: 'LIST_ENTRY' as const, id: entry.id, number: entry.number, listCode: entry.listCode, taskId: null },
      sourceDepartment: 'SHUIJ',
    };
  }

  accept(marks = true) {
    const data = { ...this.head('ACCEPTED'), acceptedOn: today, marks, markDueOn: today };
    return this.lists.feeder.send(objectionAccepted, this.entry.subject.id ?? '', data);
  }

  decide(change: Partial<Decided>) {
    const none = {
      errorSource: null,
      documentNo: '税异〔2026〕1号',
      decidedOn: today,
      stillDisputed: false,
      validTo: null,
      correctedFields: [],
    };
    const data: Decided = { ...this.head('UPHELD'), outcome: 'UPHELD', effect: 'VOID', ...none, ...change };
    return this.lists.feeder.send(objectionDecided, this.entry.subject.id ?? '', data);
  }

  withdraw(stillDisputed: boolean, wasAccepted = true) {
    const data = { ...this.head('WITHDRAWN'), withdrawnOn: today, wasAccepted, stillDisputed };
    return this.lists.feeder.send(objectionWithdrawn, this.entry.subject.id ?? '', data);
  }
}
