import type { SubjectKind, SubjectStatus } from '@lianxin/contracts';
import { type SubjectPatch, type SubjectState, stateOn } from './register.rules.ts';
import { type FactRow, factOf, type NewFact } from './register.store.ts';
import type { CleanChange } from './register-change.rules.ts';
import type { SubjectRow } from './subject.store.ts';

/** A subject in the hands of one piece of work. */
export interface SubjectInWork {
  row: SubjectRow;
  facts: (FactRow | NewFact)[];
  readonly isNew: boolean;
  readonly statusBefore: SubjectStatus;
}

interface Happening {
  readonly what: 'REGISTERED' | 'CHANGED' | 'RENAMED';
  readonly patch: SubjectPatch;
  readonly change: Pick<CleanChange, 'effectiveOn' | 'source' | 'documentNo' | 'kind'>;
  readonly actor: string;
}

/** What register rows do to subjects, gathered in memory under their lanes and written once. */
export class KnownSubjects {
  private readonly subjects = new Map<string, SubjectInWork>();
  private readonly touched = new Set<SubjectInWork>();
  readonly newFacts: NewFact[] = [];

  constructor(rows: readonly SubjectRow[], facts: readonly FactRow[]) {
    for (const row of rows) {
      const own = facts.filter((fact) => fact.subject_id === row.id);
      this.subjects.set(keyOf(row), { row, facts: own, isNew: false, statusBefore: row.status });
    }
  }

  /** @param key code of an organisation, hash of a person's document */
  find(key: string): SubjectInWork | undefined {
    return this.subjects.get(key);
  }

  get begun(): SubjectInWork[] {
    return [...this.touched].filter((subject) => subject.isNew);
  }

  get changed(): SubjectInWork[] {
    return [...this.touched].filter((subject) => !subject.isNew);
  }

  begin(identity: Pick<SubjectRow, 'id' | 'kind' | 'uscc_code' | 'id_hash'>, happening: Happening, today: string): SubjectInWork {
    const subject: SubjectInWork = { row: { ...emptyRow, ...identity }, facts: [], isNew: true, statusBefore: 'NORMAL' };
    this.subjects.set(keyOf(subject.row), subject);
    this.add(subject, happening, today);
    return subject;
  }

  /** Appends what became known, and folds. */
  add(subject: SubjectInWork, { what, patch, change, actor }: Happening, today: string): void {
    const fact: NewFact = {
      subject_id: subject.row.id,
      version: subject.row.version + 1,
      what,
      effective_on: change.effectiveOn,
      patch,
      source: change.source,
      document_no: change.documentNo ?? null,
      actor,
    };
    subject.facts = [...subject.facts, fact];
    const state = stateOn(subject.facts.map(factOf), today);
    if (state === undefined) throw new Error('a fact of the future was let in');
    subject.row = folded(subject.row, state, fact.version, change.kind);
    this.newFacts.push(fact);
    this.touched.add(subject);
  }

  /** A decision had registered it; now the register has it too, with nothing else to say. */
  confirm(subject: SubjectInWork, change: CleanChange, actor: string, today: string): void {
    this.add(subject, { what: 'CHANGED', patch: {}, change, actor }, today);
  }
}

export function keyOf(row: Pick<SubjectRow, 'uscc_code' | 'id_hash'>): string {
  return row.uscc_code ?? row.id_hash ?? '';
}

/** The row as the fold says. What came from a register is provisional no longer (R-11-1a). */
export function folded(row: SubjectRow, state: SubjectState, version: number, kind: SubjectKind = row.kind): SubjectRow {
  return {
    ...row,
    version,
    kind,
    provisional: false,
    name: state.name,
    sealed: state.sealed,
    name_masked: state.nameMasked,
    id_masked: state.idMasked,
    region_code: state.regionCode,
    status: state.status,
    status_on: state.statusOn,
    established_on: state.establishedOn,
    former_names: state.formerNames,
    codes: state.codes,
    address: state.address,
    phone_hash: state.phoneHash,
    representative_sealed: state.representative?.sealed ?? null,
    representative_hash: state.representative?.hash ?? null,
    representative_since: state.representative?.since ?? null,
    sealed_details: state.sealedDetails,
    parent_id: state.parentId,
    merged_into: state.mergedInto,
  };
}

const emptyRow: SubjectRow = {
  id: '',
  version: 0,
  kind: 'LEGAL',
  name: null,
  uscc_code: null,
  sealed: null,
  id_hash: null,
  name_masked: null,
  id_masked: null,
  region_code: null,
  provisional: false,
  identified: true,
  status: 'NORMAL',
  status_on: null,
  established_on: null,
  former_names: [],
  codes: {},
  address: null,
  phone_hash: null,
  representative_sealed: null,
  representative_hash: null,
  representative_since: null,
  sealed_details: null,
  parent_id: null,
  merged_into: null,
};
