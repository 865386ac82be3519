import { randomUUIDv7 } from 'node:crypto';
import {
  type ReplayChange,
  replayApplied,
  replayApproved,
  replayCancelled,
  replayPlanned,
  replayRequested,
  restorationOrdered,
} from '@lianxin/contracts';
import { type NewEvent, newEvent } from '@lianxin/messaging';
import type { PlanFigures, ReplayRow } from './replay.store.ts';
import type { CaseRow } from './replay-case.store.ts';
import type { StoredRow } from './replay-row.store.ts';

const partOf = (replay: ReplayRow) => ({ id: replay.id, mode: replay.side_effects });

export function requestedEvent(replay: ReplayRow, one: CaseRow, change: ReplayChange): NewEvent {
  const data = { replayId: replay.id, round: one.round + 1, entryId: one.entry_id, subjectId: one.subject_id, change };
  return newEvent({ definition: replayRequested, key: one.subject_key, data, replay: partOf(replay), actor: replay.requested_by });
}

export function approvedEvent(replay: ReplayRow, one: CaseRow): NewEvent {
  const { ground, document_no: documentNo, approved_on: approvedOn } = replay;
  if (ground === null || documentNo === null || approvedOn === null)
    throw new Error(`replay ${replay.id} has not been approved on a ground`);
  const data = {
    ...{ replayId: replay.id, round: one.round, entryId: one.entry_id, subjectId: one.subject_id, change: replay.change },
    ...{ ground, documentNo, approvedOn, sideEffects: replay.side_effects, acting: one.acting, versions: one.versions },
  };
  const actor = replay.approved_by ?? undefined;
  return newEvent({ definition: replayApproved, key: one.subject_key, data, replay: partOf(replay), actor });
}

export function plannedEvent(replay: ReplayRow, figures: PlanFigures, sha256: string): NewEvent {
  const { added, withdrawn, changed, kept, restored, unchanged } = figures;
  const counts = { cases: replay.cases, added, withdrawn, changed, kept, restored, unchanged };
  const data = { replayId: replay.id, round: replay.version, ...counts, sha256 };
  return newEvent({ definition: replayPlanned, key: replay.id, data, replay: partOf(replay) });
}

export function appliedEvent(replay: ReplayRow, restorations: number, appliedOn: string): NewEvent {
  const data = { replayId: replay.id, cases: replay.figures?.changing ?? 0, restorations, appliedOn };
  return newEvent({ definition: replayApplied, key: replay.id, data, replay: partOf(replay) });
}

export function cancelledEvent(replay: ReplayRow, cancelledOn: string, actor: string): NewEvent {
  return newEvent({
    definition: replayCancelled,
    key: replay.id,
    data: { replayId: replay.id, cancelledOn },
    replay: partOf(replay),
    actor,
  });
}

/** One order per party of a case, to whoever did something on what proved wrong (R-6-8). */
export function restorationEvents(replay: ReplayRow, one: CaseRow, rows: readonly StoredRow[]): NewEvent[] {
  const { ground, document_no: documentNo } = replay;
  if (ground === null) throw new Error(`replay ${replay.id} has no ground`);
  const parties = new Map<string, { partyId: string; partySubjectId: string; departments: Map<string, Set<string>> }>();
  for (const row of rows) {
    const { facts, departmentCode } = JSON.parse(row.line) as {
      departmentCode: string;
      facts: { partyId: string; partySubjectId: string; measureCode: string };
    };
    const party = parties.get(facts.partyId) ?? { ...facts, departments: new Map<string, Set<string>>() };
    party.departments.set(departmentCode, (party.departments.get(departmentCode) ?? new Set()).add(facts.measureCode));
    parties.set(facts.partyId, party);
  }
  return [...parties.values()].map(({ partyId, partySubjectId, departments }) =>
    newEvent({
      definition: restorationOrdered,
      key: partySubjectId,
      data: {
        ...{
          restorationId: randomUUIDv7(),
          entryId: one.entry_id,
          entryNumber: one.number,
          listCode: one.list_code,
          partyId,
          partySubjectId,
        },
        ...{ ground, documentNo, dueOn: null },
        departments: [...departments].map(([departmentCode, measures]) => ({ departmentCode, measureCodes: [...measures].sort() })),
      },
      replay: partOf(replay),
      actor: replay.approved_by ?? undefined,
    }),
  );
}
