import { findEventDefinition, type LianxinEvent } from '@lianxin/contracts';
import { isFields } from './journal.rules.ts';

/** What events say of an entry, for scopes of replays; null: nothing was said of it. */
export interface HeardEntry {
  readonly entryId: string;
  readonly version: number;
  readonly subjectKey: string;
  readonly subjectId: string;
  readonly number: string;
  readonly listCode: string;
  readonly designatingDepartment: string;
  readonly activatedOn: string | null;
  readonly grade: string | null;
  readonly validTo: string | null;
}

export interface HeardPlan {
  readonly entryId: string;
  /** Grows with every activation, and within it with every event of the plan. */
  readonly version: number;
  readonly catalogueVersion: number;
}

const versionsPerActivation = 100_000;

/** One row per entry, folded by version: facts that a later event does not repeat stay. */
export function heardEntries(events: readonly LianxinEvent[]): HeardEntry[] {
  const folded = new Map<string, HeardEntry>();
  for (const event of events) {
    if (findEventDefinition(event.type)?.topic !== 'lianxin.list_entry' || !isFields(event.data)) continue;
    const { data } = event;
    const text = (name: string) => (typeof data[name] === 'string' ? (data[name] as string) : null);
    const heard: HeardEntry = {
      entryId: text('entryId') ?? '',
      version: Number(data['entryVersion']),
      subjectKey: event.key,
      subjectId: text('subjectId') ?? '',
      number: text('number') ?? '',
      listCode: text('listCode') ?? '',
      designatingDepartment: text('designatingDepartment') ?? '',
      activatedOn: text('activatedOn'),
      grade: text('grade'),
      validTo: text('validTo'),
    };
    const known = folded.get(heard.entryId);
    if (known === undefined) folded.set(heard.entryId, heard);
    else folded.set(heard.entryId, heard.version >= known.version ? over(heard, known) : over(known, heard));
  }
  return [...folded.values()];
}

function over(newer: HeardEntry, older: HeardEntry): HeardEntry {
  const facts = newer.grade === null ? older : newer;
  return { ...newer, activatedOn: newer.activatedOn ?? older.activatedOn, grade: facts.grade, validTo: facts.validTo };
}

export function heardPlans(events: readonly LianxinEvent[]): HeardPlan[] {
  const folded = new Map<string, HeardPlan>();
  for (const event of events) {
    if (findEventDefinition(event.type)?.topic !== 'lianxin.measure_plan' || !isFields(event.data)) continue;
    const { entryId, activationNo, planVersion, catalogueVersion } = event.data;
    if (typeof catalogueVersion !== 'number' || typeof entryId !== 'string') continue;
    const version = Number(activationNo) * versionsPerActivation + Number(planVersion);
    if ((folded.get(entryId)?.version ?? 0) < version) folded.set(entryId, { entryId, version, catalogueVersion });
  }
  return [...folded.values()];
}
