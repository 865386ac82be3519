import { randomUUIDv7 } from 'node:crypto';
import { type DraftRequest, type ListEntryRequest, type Principal, ProblemError } from '@lianxin/contracts';
import type { NewEvent } from '@lianxin/messaging';
import { Clock, contentHash, PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { findDepartments, isDepartmentCopyComplete } from './department.store.ts';
import {
  type Candidate,
  decideIntake,
  type FoundCandidate,
  type Intake,
  type IntakeWorld,
  intakeOfKnown,
  sourceKey,
  sourceOf,
} from './designation.intake.ts';
import { type Designation, type DesignationContext, type DesignationDecision, judgeDesignation } from './designation.rules.ts';
import { type CleanIdentity, type DesignatedIdentity, isUncertain, type UncertainIdentity } from './designation-identity.rules.ts';
import { judgeSubmission } from './draft.rules.ts';
import { EntryWriter } from './entry.writer.ts';
import { EntryWork } from './entry-work.ts';
import { findAbolished } from './list-abolition.store.ts';
import { findDefinitions } from './list-definition.store.ts';
import { type DraftRow, type EntryRow, findBySource, findStanding, takeNumbers } from './list-entry.store.ts';
import { listingGrounds } from './list-rule.data.ts';
import { UnmatchedRetry } from './match-retry.ts';
import { UncertainRecords } from './match-uncertain.ts';
import { isNationalList, recognitionOn } from './recognition.rules.ts';
import { findAgreements } from './recognition.store.ts';
import { doubtedOf, holdInDoubt } from './register.doubt.ts';
import { closeForEnded } from './register.endings.ts';
import { acrossDepartments } from './row-scope.store.ts';
import { type RegisteredSubjects, SubjectRegister } from './subject.service.ts';
import { insertPlaceholders, removeUnused, type SubjectRow } from './subject.store.ts';
import { ListTerms } from './terms.ts';

/** Receives designations with complete documents: one from the API, many from an import, all on the same way. */
@Injectable()
export class DesignationService {
  constructor(
    private readonly clock: Clock,
    private readonly terms: ListTerms,
    private readonly personalData: PersonalData,
    private readonly register: SubjectRegister,
    private readonly writer: EntryWriter,
    private readonly uncertain: UncertainRecords,
    private readonly retry: UnmatchedRetry,
  ) {}

  /**
   * Gathers, decides and writes for the whole batch; answers each request in its place. What is refused leaves nothing behind. A record that is
   * already known with the same content is answered with its entry. A lost race (`isLostRace`) fails the transaction; the caller runs it again.
   * @throws ProblemError UNAVAILABLE until the departments of the catalogue have arrived.
   */
  async receive(tx: Transaction, principal: Principal, requests: readonly ListEntryRequest[]): Promise<Intake[]> {
    const answers = new Map<number, Intake>();
    const candidates: Candidate[] = [];
    for (const [index, decision] of (await this.judgeAll(tx, principal, requests)).entries()) {
      if (decision.ok) candidates.push({ index, designation: decision.designation, contentHash: this.hashOf(decision.designation) });
      else answers.set(index, decision);
    }
    const unknown = await this.answerKnown(tx, candidates, answers);
    if (unknown.length > 0) await this.receiveUnknown(tx, principal, unknown, answers);
    return requests.map((_request, index) => {
      const answer = answers.get(index);
      if (answer === undefined) throw new Error(`request ${index} of ${requests.length} has no answer`);
      return answer;
    });
  }

  /**
   * T2: a draft becomes an entry, on the way of every other designation; it stops where its documents are still to come.
   * @param stored the draft, locked by the caller
   */
  async submit(tx: Transaction, principal: Principal, stored: EntryRow | DraftRow, draft: DraftRequest): Promise<Intake> {
    const decision = judgeSubmission(draft, (await this.contextsOf(tx, principal, [draft.listCode]))(draft.listCode));
    if (!decision.ok) return decision;
    const answers = new Map<number, Intake>();
    const candidate = { index: 0, designation: decision.designation, contentHash: stored.content_hash, stored };
    await this.receiveUnknown(tx, principal, [candidate], answers);
    const answer = answers.get(0);
    if (answer === undefined) throw new Error('a submission without an answer');
    return answer;
  }

  /**
   * What designations to these lists are judged by, by list.
   * @throws ProblemError UNAVAILABLE until the departments of the catalogue have arrived.
   */
  async contextsOf(tx: Transaction, principal: Principal, listCodes: readonly string[]): Promise<(listCode: string) => DesignationContext> {
    if (!(await isDepartmentCopyComplete(tx))) throw new ProblemError('UNAVAILABLE', '部门目录尚未就绪，请稍后重试');
    const copies = new Map((await findDepartments(tx, principal.departments)).map((department) => [department.code, department]));
    const definitions = await findDefinitions(tx, listCodes);
    const abolished = await findAbolished(tx, listCodes);
    const common = {
      today: this.clock.today(),
      calendar: this.clock.calendar(),
      settingsOn: this.terms.settingsOn,
      roles: principal.roles,
      departments: principal.departments.map((code) => ({ code, parentCode: copies.get(code)?.parentCode ?? null })),
      grounds: listingGrounds,
    };
    return (listCode) => ({
      ...common,
      versions: definitions.filter((definition) => definition.code === listCode),
      isAbolished: abolished.has(listCode),
    });
  }

  private async judgeAll(tx: Transaction, principal: Principal, requests: readonly ListEntryRequest[]): Promise<DesignationDecision[]> {
    const contextOf = await this.contextsOf(
      tx,
      principal,
      requests.map((request) => request.listCode),
    );
    return requests.map((request) => judgeDesignation(request, contextOf(request.listCode)));
  }

  /** Answers the records that are known by their natural key; returns the others. */
  private async answerKnown(tx: Transaction, candidates: readonly Candidate[], answers: Map<number, Intake>): Promise<Candidate[]> {
    if (candidates.length === 0) return [];
    const known = await this.findKnown(tx, candidates);
    return candidates.filter((candidate) => {
      const entry = known.get(sourceKey(sourceOf(candidate.designation)));
      if (entry !== undefined) answers.set(candidate.index, intakeOfKnown(entry, candidate.contentHash));
      return entry === undefined;
    });
  }

  private async findKnown(tx: Transaction, candidates: readonly Candidate[]): Promise<IntakeWorld['bySource']> {
    const rows = await findBySource(
      tx,
      candidates.map((candidate) => sourceOf(candidate.designation)),
    );
    return new Map(
      rows.map((row) => [
        sourceKey({ departmentCode: row.department_code, origin: row.origin, sourceRecordId: row.source_record_id }),
        { entry: row, contentHash: row.content_hash },
      ]),
    );
  }

  private async receiveUnknown(
    tx: Transaction,
    principal: Principal,
    candidates: readonly Candidate[],
    answers: Map<number, Intake>,
  ): Promise<void> {
    const found = await this.register.findOrRegister(tx, candidates.flatMap(identitiesOf), principal.id);
    const placeholders = await this.placeholdersOf(tx, candidates);
    const nobody = (identity: DesignatedIdentity) => (isUncertain(identity) ? placeholders.get(identity)?.row : undefined);
    const rowOf = (rows: RegisteredSubjects['byKey'], identity: DesignatedIdentity): SubjectRow =>
      nobody(identity) ?? getSubject(rows, isUncertain(identity) ? '' : this.register.keyOf(identity));
    const subjects = await this.register.lockAndRefresh(tx, found, [
      ...new Set(candidates.map((candidate) => rowOf(found.byKey, candidate.designation.subject).id)),
    ]);
    const subjectOf = (identity: DesignatedIdentity): SubjectRow => rowOf(subjects.byKey, identity);
    const listed = [...new Set(candidates.map((candidate) => subjectOf(candidate.designation.subject).id))];
    const work = new EntryWork({ actor: principal.id, now: this.clock.now(), today: this.clock.today() });
    const world = await this.worldOf(tx, work, candidates, listed, subjects, subjectOf, placeholders);
    for (const candidate of candidates) answers.set(candidate.index, decideIntake(work, candidate, world));
    for (const { designation } of candidates) await closeForEnded(tx, work, subjectOf(designation.subject));
    const doubted = await doubtedOf(tx, listed);
    if (doubted.size > 0)
      holdInDoubt(
        work,
        work.newlyActivated.filter(({ row }) => doubted.has(row.subject_id)),
        this.clock.calendar(),
      );
    const events = await this.settleSubjects(tx, work, candidates, subjects, subjectOf, placeholders);
    await this.writer.write(tx, work, events);
    await this.retry.watch(
      tx,
      candidates.flatMap(({ index, designation }) => {
        const answer = answers.get(index);
        return isUncertain(designation.subject) && answer?.ok === true ? [answer.entry.id] : [];
      }),
    );
  }

  /** A row of its own for each subject without a valid number, and who it may be. */
  private async placeholdersOf(tx: Transaction, candidates: readonly Candidate[]): Promise<Placeholders> {
    const uncertain = candidates.flatMap(({ designation: { subject, request } }) => (isUncertain(subject) ? [{ subject, request }] : []));
    if (uncertain.length === 0) return new Map();
    const found = await this.uncertain.find(
      tx,
      uncertain.map(({ subject, request }) => ({
        kind: subject.kind,
        name: subject.name,
        clues: subject.uncertain,
        regionCode: subject.regionCode,
        decisionDate: request.decision?.date ?? null,
      })),
    );
    const ids = uncertain.map(() => randomUUIDv7());
    const rows = new Map(
      (
        await insertPlaceholders(
          tx,
          uncertain.map(({ subject }, place) => this.uncertain.placeholderOf(ids[place] ?? '', subject, subject.regionCode)),
        )
      ).map((row) => [row.id, row]),
    );
    return new Map(
      uncertain.map(({ subject }, place) => [subject, { row: getSubject(rows, ids[place] ?? ''), found: found[place] ?? [] }]),
    );
  }

  /** Everything the decisions rest on, read after the lanes are locked. */
  private async worldOf(
    tx: Transaction,
    work: EntryWork,
    candidates: readonly Candidate[],
    listed: readonly string[],
    subjects: RegisteredSubjects,
    subjectOf: IntakeWorld['subjectOf'],
    placeholders: Placeholders,
  ): Promise<IntakeWorld> {
    const bearerOf = (identity: CleanIdentity) => getSubject(subjects.bearers, this.register.keyOf(identity));
    const bySource = await this.findKnown(tx, candidates);
    const standing: IntakeWorld['standing'] = new Map();
    // Entries of subjects that proved to be one of these keep their key and count as theirs.
    for (const row of await acrossDepartments(tx, () => findStanding(tx, [...listed, ...subjects.aliases.keys()]))) {
      const subjectId = subjects.aliases.get(row.subject_id) ?? row.subject_id;
      standing.set(subjectId, [...(standing.get(subjectId) ?? []), work.take(row)]);
    }
    const parties = candidates.reduce((count, { designation }) => count + 1 + designation.parties.length, 0);
    const foreign = candidates.filter(({ designation }) => designation.request.originRegion !== undefined);
    const agreements =
      foreign.length === 0
        ? []
        : await findAgreements(
            tx,
            foreign.map(({ designation }) => designation.definition.code),
          );
    const waiting = [...placeholders.values()].reduce((count, { found }) => count + found.length, 0);
    const { ids, numbers } = await takeNumbers(tx, candidates.length + 2 * parties + waiting, candidates.length);
    return {
      bySource,
      standing,
      subjectOf,
      candidatesOf: (identity) => (isUncertain(identity) ? (placeholders.get(identity)?.found ?? []) : []),
      recognises: ({ request: { originRegion }, definition }) =>
        originRegion === undefined
          ? null
          : recognitionOn(
              { originRegion, listCode: definition.code, isNational: isNationalList(definition) },
              agreements,
              work.acting.today,
            ).recognised,
      isSameName: (identity, decisionDate) => this.register.isSameName(bearerOf(identity), identity, decisionDate),
      storableName: (identity) =>
        identity.kind === 'PERSON'
          ? { decision_name: null, decision_sealed: this.personalData.seal(identity) }
          : { decision_name: identity.name, decision_sealed: null },
      nextId: () => next(ids),
      nextNumber: () => next(numbers),
    };
  }

  /** Takes back subjects that only refused requests named, and tells of the others. */
  private async settleSubjects(
    tx: Transaction,
    work: EntryWork,
    candidates: readonly Candidate[],
    subjects: RegisteredSubjects,
    subjectOf: IntakeWorld['subjectOf'],
    placeholders: Placeholders,
  ): Promise<NewEvent[]> {
    const used = new Set(work.parties.map((party) => party.subject_id));
    const unused = [...subjects.created, ...[...placeholders.values()].map(({ row }) => row.id)].filter((id) => !used.has(id));
    if (unused.length > 0) await removeUnused(tx, unused);
    const registered = [...subjects.byKey.values()]
      .filter((row) => subjects.created.has(row.id) && used.has(row.id))
      .map((row) => this.register.registeredEvent(row, work.acting.actor));
    const regions = candidates.flatMap(({ designation }) => {
      const subject = subjectOf(designation.subject);
      return subject.region_code === null && used.has(subject.id)
        ? [{ subjectId: subject.id, regionCode: designation.subject.regionCode }]
        : [];
    });
    const changed = await this.register.learnRegions(tx, [...new Map(regions.map((region) => [region.subjectId, region])).values()]);
    return [...registered, ...changed];
  }

  /** Hash of what was sent; document numbers go into it only by their keyed hash. */
  private hashOf({ request, subject, parties }: Designation): string {
    const identityOf = (identity: CleanIdentity) => ({ name: identity.name, key: this.register.keyOf(identity) });
    const ofSubject = isUncertain(subject)
      ? { key: this.uncertain.hashOf({ kind: subject.kind, name: subject.name, clues: subject.uncertain, regionCode: subject.regionCode }) }
      : identityOf(subject);
    const { clues: _clues, toBeMatched: _toBeMatched, ...claimed } = request.subject;
    return contentHash({
      ...request,
      subject: { ...claimed, ...ofSubject, usccCode: null, idNumber: null },
      parties: request.parties.map((party, index) => {
        const clean = parties[index];
        return { ...party, idNumber: null, ...(clean === undefined ? {} : identityOf(clean)) };
      }),
    });
  }
}

function getSubject(subjects: ReadonlyMap<string, SubjectRow>, key: string): SubjectRow {
  const row = subjects.get(key);
  if (row === undefined) throw new Error('a subject of this batch was not registered');
  return row;
}

/** Subjects without a valid number, by the identity that the request gave them. */
type Placeholders = ReadonlyMap<UncertainIdentity, { readonly row: SubjectRow; readonly found: readonly FoundCandidate[] }>;

function identitiesOf({ designation }: Candidate) {
  const { subject } = designation;
  return [
    ...(isUncertain(subject) ? [] : [{ identity: subject, regionCode: subject.regionCode }]),
    ...designation.parties.map((identity) => ({ identity, regionCode: null })),
  ];
}

function next<Item>(items: Item[]): Item {
  const item = items.shift();
  if (item === undefined) throw new Error('fewer ids were taken than are needed');
  return item;
}
