import { randomUUIDv7 } from 'node:crypto';
import { maskIdNumber, maskName, type Principal, type RegisterChange, type RegisterResult } from '@lianxin/contracts';
import { lockLanes, type NewEvent, Outbox } from '@lianxin/messaging';
import { Clock, PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { hashPhone } from './match.service.ts';
import { MatchIndexHost } from './match-index.host.ts';
import { RegisterConflicts } from './register.conflicts.ts';
import { RegisterEndings } from './register.endings.ts';
import { isEnded, type SubjectPatch, stateOn } from './register.rules.ts';
import { factOf, findFactsOf, insertRegistered, insertSubjectFacts, type NewFact, updateSubjects } from './register.store.ts';
import { type CleanChange, checkChange, decideChange, sameOrganisation } from './register-change.rules.ts';
import { KnownSubjects, type SubjectInWork } from './register-work.ts';
import { openDetails, openRepresentative, sealDetails, sealRepresentative } from './subject.details.ts';
import { changedEvents, registeredEvent } from './subject.events.ts';
import { isSamePersonName } from './subject.service.ts';
import { findByIdentity, findSubjects, lockIdentities, type SubjectRow } from './subject.store.ts';

const nobody: RegisterResult = { outcome: 'UNCHANGED', subjectId: null, version: null, endedEntries: [], errors: [] };

/** Takes what the registers say (R-11-5): registers, renames, revokes, ends. Facts are appended; what holds today is their fold. */
@Injectable()
export class RegisterService {
  constructor(
    private readonly clock: Clock,
    private readonly personalData: PersonalData,
    private readonly outbox: Outbox,
    private readonly endings: RegisterEndings,
    private readonly conflicts: RegisterConflicts,
    private readonly index: MatchIndexHost,
  ) {
    conflicts.takeRow = (tx, principal, change) => this.takeConfirmed(tx, principal, change);
  }

  /** Answers every change in its place; a row that is refused leaves nothing behind and does not stand in the way of the others. */
  async apply(tx: Transaction, principal: Principal, changes: readonly RegisterChange[]): Promise<RegisterResult[]> {
    const today = this.clock.today();
    const checks = changes.map((change) => checkChange(change, today));
    const good = checks.flatMap((check) => (check.ok ? [check.change] : []));
    const known = await this.takeKnown(tx, good);
    const results: RegisterResult[] = [];
    for (const check of checks) {
      results.push(
        check.ok
          ? await this.applyOne(tx, principal, known, check.change, today)
          : { ...nobody, outcome: 'REFUSED', errors: check.faults.map(({ pointer, code, detail }) => ({ pointer, code, detail })) },
      );
    }
    await this.write(tx, principal, known);
    return this.endSubjects(tx, principal, known, results);
  }

  /** A row under another name that a named person has confirmed (R-11-1a). The caller holds the lane of its subject. */
  private async takeConfirmed(tx: Transaction, principal: Principal, change: CleanChange): Promise<void> {
    const known = await this.takeKnown(tx, [change]);
    const result = await this.applyOne(tx, principal, known, change, this.clock.today(), true);
    await this.write(tx, principal, known);
    await this.endSubjects(tx, principal, known, [result]);
  }

  /** The subjects that are named, as they are now, under their lanes. */
  private async takeKnown(tx: Transaction, changes: readonly CleanChange[]): Promise<KnownSubjects> {
    const codes = changes
      .flatMap(({ clean, parentUsccCode }) => [clean.usccCode, parentUsccCode?.toUpperCase() ?? null])
      .filter((code) => code !== null);
    const hashes = changes.flatMap(({ clean }) => (clean.document === null ? [] : [this.hashOf(clean.document)]));
    const bearers = new Set((await findByIdentity(tx, codes, hashes)).flatMap((row) => [row.uscc_code, row.id_hash]));
    // Somebody else may be registering one of the others at this moment: what is read after the wait is what counts.
    await lockIdentities(
      tx,
      [...codes, ...hashes].filter((key) => !bearers.has(key)),
    );
    const found = await findByIdentity(tx, codes, hashes);
    await lockLanes(
      tx,
      found.map((row) => row.id),
    );
    const rows = await findSubjects(
      tx,
      found.map((row) => row.id),
    );
    const facts = await findFactsOf(
      tx,
      rows.map((row) => row.id),
    );
    return new KnownSubjects(rows, facts);
  }

  private async applyOne(
    tx: Transaction,
    principal: Principal,
    known: KnownSubjects,
    change: CleanChange,
    today: string,
    isConfirmed = false,
  ): Promise<RegisterResult> {
    const key = change.clean.usccCode ?? this.hashOf(change.clean.document ?? { idType: 'ID_CARD', idNumber: '' });
    const subject = known.find(key);
    if (subject === undefined) return this.registerNew(known, change, principal, key, today);
    const { row } = subject;
    const fault = kindFault(row, change);
    if (fault !== undefined) return { ...nobody, outcome: 'REFUSED', subjectId: row.id, version: row.version, errors: [fault] };
    const decision = decideChange(
      this.readable(subject, change.effectiveOn, isConfirmed),
      change,
      row.kind === 'PERSON' ? isSamePersonName : sameOrganisation,
    );
    const answer = (outcome: RegisterResult['outcome']): RegisterResult => ({
      ...nobody,
      outcome,
      subjectId: row.id,
      version: subject.row.version,
    });
    if (decision.what === 'CONFLICT') {
      await this.conflicts.open(tx, principal, row, change);
      return answer('CONFLICT');
    }
    const parent = this.parentPatch(known, change, row);
    if (decision.what === 'UNCHANGED' && parent.parentId === undefined && !this.bringsDetails(row, change)) {
      if (row.provisional) known.confirm(subject, change, principal.id, today);
      return answer(row.provisional ? 'CHANGED' : 'UNCHANGED');
    }
    const named = decision.what === 'UNCHANGED' ? { patch: {}, renamed: false, newRepresentative: false } : decision;
    const patch = { ...named.patch, ...parent, ...this.sealedPatch(row, change, named.renamed, named.newRepresentative) };
    known.add(subject, { what: decision.what === 'RENAMED' ? 'RENAMED' : 'CHANGED', patch, change, actor: principal.id }, today);
    return answer(decision.what === 'RENAMED' ? 'RENAMED' : 'CHANGED');
  }

  private registerNew(known: KnownSubjects, change: CleanChange, principal: Principal, key: string, today: string): RegisterResult {
    const isPerson = change.kind === 'PERSON';
    const { document } = change.clean;
    const patch: SubjectPatch = {
      ...(isPerson ? {} : { name: change.name }),
      ...(change.regionCode === undefined ? {} : { regionCode: change.regionCode }),
      ...(isPerson || change.address === undefined ? {} : { address: change.address }),
      ...(change.establishedOn === undefined ? {} : { establishedOn: change.establishedOn }),
      ...(change.status === undefined ? {} : { status: change.status }),
      ...(isPerson || change.formerNames === undefined
        ? {}
        : { formerNames: change.formerNames.map(({ name, from, to }) => ({ name, from: from ?? null, to: to ?? null })) }),
      codes: change.clean.codes,
      ...this.parentPatch(known, change, undefined),
      ...this.sealedPatch(undefined, change, true, change.clean.representative !== null),
    };
    const subject = known.begin(
      { id: randomUUIDv7(), kind: change.kind, uscc_code: change.clean.usccCode, id_hash: document === null ? null : key },
      { what: 'REGISTERED', patch, change, actor: principal.id },
      today,
    );
    return { ...nobody, outcome: 'CREATED', subjectId: subject.row.id, version: subject.row.version };
  }

  /** Whatever is of a natural person goes into the facts only sealed, hashed and masked. */
  private sealedPatch(row: SubjectRow | undefined, change: CleanChange, renamed: boolean, newRepresentative: boolean): SubjectPatch {
    const { document, representative } = change.clean;
    const phone = change.person?.phone;
    return {
      ...(document !== null && renamed
        ? {
            sealed: this.personalData.seal({ name: change.name, ...document }),
            nameMasked: maskName(change.name),
            idMasked: maskIdNumber(document.idNumber),
          }
        : {}),
      ...(document !== null ? this.detailsPatch(row, change, renamed) : {}),
      ...(phone === undefined ? {} : { phoneHash: hashPhone(this.personalData, phone) }),
      ...(newRepresentative && representative !== null ? { representative: sealRepresentative(this.personalData, representative) } : {}),
    };
  }

  private detailsPatch(row: SubjectRow | undefined, change: CleanChange, renamed: boolean): SubjectPatch {
    const known = openDetails(this.personalData, row?.sealed_details ?? null);
    const left =
      row?.sealed != null && renamed ? [{ name: this.personalData.open(row.sealed).name, from: null, to: change.effectiveOn }] : [];
    const told = (change.formerNames ?? []).map(({ name, from, to }) => ({ name, from: from ?? null, to: to ?? null }));
    const { birthDate, gender, employerUsccCode } = change.person ?? {};
    const fresh = { ...known, ...withoutUndefined({ birthDate, gender, employerUsccCode, address: change.address }) };
    const formerNames = [
      ...(known.formerNames ?? []),
      ...left,
      ...told.filter((name) => !known.formerNames?.some((other) => other.name === name.name)),
    ];
    const next = formerNames.length === 0 ? fresh : { ...fresh, formerNames };
    return JSON.stringify(next) === JSON.stringify(known) ? {} : { sealedDetails: sealDetails(this.personalData, next) };
  }

  private bringsDetails(row: SubjectRow, change: CleanChange): boolean {
    if (change.kind !== 'PERSON') return false;
    const patch = this.sealedPatch(row, change, false, false);
    return patch.sealedDetails !== undefined || (patch.phoneHash !== undefined && patch.phoneHash !== row.phone_hash);
  }

  private parentPatch(known: KnownSubjects, change: CleanChange, row: SubjectRow | undefined): SubjectPatch {
    if (change.parentUsccCode === undefined) return {};
    const parent = known.find(change.parentUsccCode.toUpperCase());
    return parent === undefined || parent.row.id === row?.id || parent.row.id === row?.parent_id ? {} : { parentId: parent.row.id };
  }

  /** What was so on the day from which the row holds, readable for the comparison. */
  private readable({ row, facts }: SubjectInWork, day: string, isConfirmed: boolean) {
    const state = stateOn(facts.map(factOf), day) ?? stateOn(facts.map(factOf), '9999-12-31');
    if (state === undefined) throw new Error('a subject without facts');
    const isPerson = row.kind === 'PERSON';
    return {
      state,
      provisional: row.provisional && !isConfirmed,
      name: isPerson ? this.personalData.open(state.sealed ?? row.sealed ?? '').name : (state.name ?? row.name ?? ''),
      representativeName: openRepresentative(this.personalData, state.representative?.sealed ?? null)?.name ?? null,
    };
  }

  private async write(tx: Transaction, principal: Principal, known: KnownSubjects): Promise<void> {
    const events: NewEvent[] = [];
    for (const { row } of known.begun) {
      if ((await insertRegistered(tx, row)) === undefined) throw new Error('a subject was registered past the lock of its number');
      events.push(registeredEvent(row, principal.id), ...changedEvents(row, principal.id).slice(1));
    }
    await lockLanes(
      tx,
      known.begun.map(({ row }) => row.id),
    );
    const changed = known.changed;
    await updateSubjects(
      tx,
      changed.map(({ row }) => row),
    );
    await insertSubjectFacts(tx, known.newFacts satisfies readonly NewFact[]);
    if (known.newFacts.length > 0) tx.afterCommit(() => this.index.wake());
    await this.outbox.publish(tx, [...events, ...changed.flatMap(({ row }) => changedEvents(row, principal.id))]);
  }

  /** T22: what the register has ended ends every live entry of the subject. */
  private async endSubjects(
    tx: Transaction,
    principal: Principal,
    known: KnownSubjects,
    results: RegisterResult[],
  ): Promise<RegisterResult[]> {
    const ended = known.changed.filter(({ row, statusBefore }) => isEnded(row.status) && !isEnded(statusBefore));
    if (ended.length === 0) return results;
    const byId = new Map<string, string[]>();
    for (const { row, facts } of ended) {
      const fact = facts.findLast((other) => other.patch.status !== undefined);
      byId.set(row.id, await this.endings.endEntriesOf(tx, principal.id, row, fact?.document_no ?? null));
    }
    return results.map((result) => {
      const numbers = byId.get(result.subjectId ?? '');
      return numbers === undefined || result.outcome === 'UNCHANGED' ? result : { ...result, outcome: 'ENDED', endedEntries: numbers };
    });
  }

  private hashOf(document: { idType: string; idNumber: string }): string {
    return this.personalData.hash(document.idType, document.idNumber);
  }
}

function kindFault(row: SubjectRow, change: CleanChange): RegisterResult['errors'][number] | undefined {
  if ((row.kind === 'PERSON') !== (change.kind === 'PERSON'))
    return { pointer: '/kind', code: 'SUBJECT_KIND_NOT_ALLOWED', detail: `该号码登记的主体类型为 ${row.kind}` };
  return undefined;
}

function withoutUndefined<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<Value>;
}
