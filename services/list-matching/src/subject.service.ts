import { maskIdNumber, maskName, normalisePersonName, ProblemError, sameOrganisationName } from '@lianxin/contracts';
import { lockLanes, type NewEvent } from '@lianxin/messaging';
import { PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { CleanIdentity } from './designation-identity.rules.ts';
import { wasInUse } from './register.rules.ts';
import { openDetails } from './subject.details.ts';
import { changedEvents, registeredEvent } from './subject.events.ts';
import {
  fillRegions,
  findByIdentity,
  findMergedInto,
  findSubjects,
  insertSubjects,
  lockIdentities,
  type NewSubject,
  type SubjectRow,
} from './subject.store.ts';

export interface IdentityToRegister {
  readonly identity: CleanIdentity;
  /** Where the subject is registered; null when the decision does not say (a named person). */
  readonly regionCode: string | null;
}

/** The subjects of a piece of work, by identity. */
export interface RegisteredSubjects {
  /** Whom an identity means today: the subject that it proved to be, where two were merged. */
  readonly byKey: ReadonlyMap<string, SubjectRow>;
  /** The row that bears the code or number itself. */
  readonly bearers: ReadonlyMap<string, SubjectRow>;
  /** Registered just now by this transaction (R-11-1a). */
  readonly created: ReadonlySet<string>;
  /** Subjects that proved to be one of these, each with the one that it is. */
  readonly aliases: ReadonlyMap<string, string>;
}

/** The register of subjects: look-up, provisional registration, comparing names. */
@Injectable()
export class SubjectRegister {
  constructor(private readonly personalData: PersonalData) {}

  /** What an identity is looked up by; for a person the keyed hash, never the number. */
  keyOf(identity: CleanIdentity): string {
    return identity.kind === 'PERSON' ? `P ${this.personalData.hash(identity.idType, identity.idNumber)}` : `O ${identity.usccCode}`;
  }

  /** Finds subjects by code or document; one that is unknown is registered provisionally from the decision (R-11-1a). */
  async findOrRegister(tx: Transaction, identities: readonly IdentityToRegister[], actor = 'list-matching'): Promise<RegisteredSubjects> {
    const wanted = new Map<string, IdentityToRegister>();
    for (const candidate of identities) {
      const key = this.keyOf(candidate.identity);
      const known = wanted.get(key);
      if (known === undefined || known.regionCode === null)
        wanted.set(key, { identity: known?.identity ?? candidate.identity, regionCode: candidate.regionCode });
    }
    const bearers = await this.find(tx, [...wanted.keys()]);
    const unknown = [...wanted].filter(([key]) => !bearers.has(key));
    const newcomers = unknown.map(([, subject]) => this.newSubject(subject));
    await lockIdentities(
      tx,
      newcomers.map((row) => row.uscc_code ?? row.id_hash ?? ''),
    );
    const inserted = newcomers.length === 0 ? [] : await insertSubjects(tx, newcomers, actor);
    for (const row of inserted) bearers.set(keyOfRow(row), row);
    const meanwhile = unknown.map(([key]) => key).filter((key) => !bearers.has(key));
    if (meanwhile.length > 0) for (const [key, row] of await this.find(tx, meanwhile)) bearers.set(key, row);
    return { byKey: await followMergers(tx, bearers), bearers, created: new Set(inserted.map((row) => row.id)), aliases: new Map() };
  }

  /**
   * Locks the lanes of the subjects that are listed and of whoever was registered just now, then takes all as they are under them: a register row may
   * have renamed or ended one a moment before.
   * @throws ProblemError UNAVAILABLE when one was merged in this very moment: the request runs again and finds the other
   */
  async lockAndRefresh(tx: Transaction, subjects: RegisteredSubjects, listed: readonly string[]): Promise<RegisteredSubjects> {
    const aliases = new Map((await findMergedInto(tx, listed)).map((row) => [row.id, row.merged_into ?? row.id]));
    await lockLanes(tx, [...listed, ...aliases.keys(), ...subjects.created]);
    const known = [...subjects.byKey.values(), ...subjects.bearers.values()];
    const rows = new Map((await findSubjects(tx, [...new Set(known.map((row) => row.id))])).map((row) => [row.id, row]));
    const fresh = (row: SubjectRow): SubjectRow => {
      const now = rows.get(row.id);
      if (now === undefined || now.merged_into !== row.merged_into) throw new ProblemError('UNAVAILABLE', '主体正在归并，请重试');
      return now;
    };
    const refreshed = (map: ReadonlyMap<string, SubjectRow>) => new Map([...map].map(([key, row]) => [key, fresh(row)]));
    return { byKey: refreshed(subjects.byKey), bearers: refreshed(subjects.bearers), created: subjects.created, aliases };
  }

  /**
   * Whether the decision's name is the registered one, up to ways of writing (E1, E2 of §11.3; EXACT of §11.4), or a former one that was in use on
   * the day of the decision. A name that cannot be read in full is not.
   */
  isSameName(subject: SubjectRow, identity: CleanIdentity, decisionDate: string): boolean {
    if (identity.kind !== 'PERSON') return gradeOfName(subject, identity.name, decisionDate) !== 'C1';
    const names = [this.personalData.open(subject.sealed ?? '').name];
    if (subject.sealed_details !== null)
      names.push(...namesInUse(openDetails(this.personalData, subject.sealed_details).formerNames ?? [], decisionDate));
    return names.some((registered) => isSamePersonName(registered, identity.name));
  }

  /** Notes regions of subjects that had none, and says so. The caller holds their lanes. */
  async learnRegions(
    tx: Transaction,
    regions: readonly { subjectId: string; regionCode: string }[],
    actor = 'list-matching',
  ): Promise<NewEvent[]> {
    if (regions.length === 0) return [];
    return (await fillRegions(tx, regions, actor)).flatMap((row) => changedEvents(row));
  }

  registeredEvent(row: SubjectRow, actor: string): NewEvent {
    return registeredEvent(row, actor);
  }

  private async find(tx: Transaction, keys: readonly string[]): Promise<Map<string, SubjectRow>> {
    const values = (kind: 'O' | 'P') => keys.filter((key) => key.startsWith(`${kind} `)).map((key) => key.slice(2));
    return new Map((await findByIdentity(tx, values('O'), values('P'))).map((row) => [keyOfRow(row), row]));
  }

  private newSubject({ identity, regionCode }: IdentityToRegister): NewSubject {
    const nobody = { name: null, uscc_code: null, sealed: null, id_hash: null, name_masked: null, id_masked: null };
    const common = { ...nobody, kind: identity.kind, region_code: regionCode, provisional: true, identified: true };
    if (identity.kind !== 'PERSON') return { ...common, name: identity.name, uscc_code: identity.usccCode };
    const { name, idType, idNumber } = identity;
    return {
      ...common,
      sealed: this.personalData.seal({ name, idType, idNumber }),
      id_hash: this.personalData.hash(idType, idNumber),
      name_masked: maskName(name),
      id_masked: maskIdNumber(idNumber),
    };
  }
}

/** The line of §11.3 for an organisation whose code is equal: the very name, one way of writing it, or another name. */
export function gradeOfName(subject: SubjectRow, name: string, decisionDate: string): 'E1' | 'E2' | 'C1' {
  const known = [subject.name ?? '', ...namesInUse(subject.former_names, decisionDate)].map((other) => sameOrganisationName(other, name));
  if (known.includes('EQUAL')) return 'E1';
  return known.includes('VARIANT') ? 'E2' : 'C1';
}

function namesInUse(former: SubjectRow['former_names'], day: string): string[] {
  return former.filter((name) => wasInUse(name, day)).map((name) => name.name);
}

/** §11.2: the same after normalisation; a name with a character that cannot be read equals nothing. */
export function isSamePersonName(registered: string, given: string): boolean {
  if (registered === given) return true;
  const [known, other] = [normalisePersonName(registered), normalisePersonName(given)];
  return known.key === other.key && known.key !== '' && ![...known.flags, ...other.flags].includes('UNREADABLE_CHARACTER');
}

/** Where a subject proved to be another one, that one stands for its code or number from then on. */
async function followMergers(tx: Transaction, bearers: ReadonlyMap<string, SubjectRow>): Promise<Map<string, SubjectRow>> {
  const targets = [...new Set([...bearers.values()].flatMap((row) => row.merged_into ?? []))];
  if (targets.length === 0) return new Map(bearers);
  const rows = new Map((await findSubjects(tx, targets)).map((row) => [row.id, row]));
  return new Map([...bearers].map(([key, row]) => [key, rows.get(row.merged_into ?? '') ?? row]));
}

function keyOfRow(row: SubjectRow): string {
  return row.kind === 'PERSON' ? `P ${row.id_hash}` : `O ${row.uscc_code}`;
}
