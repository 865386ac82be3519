import {
  type EventData,
  maskIdNumber,
  maskName,
  normalisePersonName,
  sameOrganisationName,
  subjectChanged,
  subjectRegistered,
} from '@lianxin/contracts';
import { type NewEvent, newEvent } from '@lianxin/messaging';
import { PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { CleanIdentity } from './designation-identity.rules.ts';
import { fillRegions, findByIdentity, insertSubjects, type NewSubject, type SubjectRow } from './subject.store.ts';

export interface IdentityToRegister {
  readonly identity: CleanIdentity;
  /** Where the subject is registered; null when the decision does not say (a named person). */
  readonly regionCode: string | null;
}

/** The subjects of a piece of work, by identity. */
export interface RegisteredSubjects {
  readonly byKey: ReadonlyMap<string, SubjectRow>;
  /** Registered just now by this transaction (R-11-1a). */
  readonly created: ReadonlySet<string>;
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
  async findOrRegister(tx: Transaction, identities: readonly IdentityToRegister[]): Promise<RegisteredSubjects> {
    const wanted = new Map<string, IdentityToRegister>();
    for (const candidate of identities) {
      const key = this.keyOf(candidate.identity);
      const known = wanted.get(key);
      if (known === undefined || known.regionCode === null)
        wanted.set(key, { identity: known?.identity ?? candidate.identity, regionCode: candidate.regionCode });
    }
    const byKey = await this.find(tx, [...wanted.keys()]);
    const unknown = [...wanted].filter(([key]) => !byKey.has(key));
    if (unknown.length === 0) return { byKey, created: new Set() };
    const inserted = await insertSubjects(
      tx,
      unknown.map(([, subject]) => this.newSubject(subject)),
    );
    for (const row of inserted) byKey.set(keyOfRow(row), row);
    const meanwhile = unknown.map(([key]) => key).filter((key) => !byKey.has(key));
    if (meanwhile.length > 0) for (const [key, row] of await this.find(tx, meanwhile)) byKey.set(key, row);
    return { byKey, created: new Set(inserted.map((row) => row.id)) };
  }

  /** Whether the decision's name is the registered one, up to ways of writing (E1, E2 of §11.3; EXACT of §11.4). A name that cannot be read in full is not. */
  isSameName(subject: SubjectRow, identity: CleanIdentity): boolean {
    if (identity.kind !== 'PERSON') return sameOrganisationName(subject.name ?? '', identity.name) !== 'DIFFERENT';
    const registered = this.personalData.open(subject.sealed ?? '').name;
    if (registered === identity.name) return true;
    const [known, given] = [normalisePersonName(registered), normalisePersonName(identity.name)];
    return known.key === given.key && known.key !== '' && ![...known.flags, ...given.flags].includes('UNREADABLE_CHARACTER');
  }

  /** Notes regions of subjects that had none, and says so. The caller holds their lanes. */
  async learnRegions(tx: Transaction, regions: readonly { subjectId: string; regionCode: string }[]): Promise<NewEvent[]> {
    if (regions.length === 0) return [];
    return (await fillRegions(tx, regions)).map((row) => newEvent({ definition: subjectChanged, key: row.id, data: stateOf(row) }));
  }

  registeredEvent(row: SubjectRow, actor: string): NewEvent {
    return newEvent({ definition: subjectRegistered, key: row.id, data: stateOf(row), actor });
  }

  private async find(tx: Transaction, keys: readonly string[]): Promise<Map<string, SubjectRow>> {
    const values = (kind: 'O' | 'P') => keys.filter((key) => key.startsWith(`${kind} `)).map((key) => key.slice(2));
    return new Map((await findByIdentity(tx, values('O'), values('P'))).map((row) => [keyOfRow(row), row]));
  }

  private newSubject({ identity, regionCode }: IdentityToRegister): NewSubject {
    const nobody = { name: null, uscc_code: null, sealed: null, id_hash: null, name_masked: null, id_masked: null };
    const common = { ...nobody, kind: identity.kind, region_code: regionCode, provisional: true };
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

function keyOfRow(row: SubjectRow): string {
  return row.kind === 'PERSON' ? `P ${row.id_hash}` : `O ${row.uscc_code}`;
}

/** The whole state of a subject as events carry it. */
function stateOf(row: SubjectRow): EventData<typeof subjectRegistered> {
  const isPerson = row.kind === 'PERSON';
  return {
    subjectId: row.id,
    version: row.version,
    kind: row.kind,
    organisation: isPerson ? null : { name: row.name ?? '', usccCode: row.uscc_code },
    person: isPerson
      ? { sealed: row.sealed ?? '', idHash: row.id_hash ?? '', nameMasked: row.name_masked ?? '', idMasked: row.id_masked ?? '' }
      : null,
    regionCode: row.region_code,
    provisional: row.provisional,
  };
}
