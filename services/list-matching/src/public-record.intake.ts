import { type FieldProblem, maskIdNumber, maskName, type Principal, ProblemError, type PublicRecordRequest } from '@lianxin/contracts';
import { Clock, contentHash, PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { decisionKey } from './designation.intake.ts';
import type { CleanIdentity } from './designation-identity.rules.ts';
import { findUnstorableTexts } from './designation-text.rules.ts';
import { conflictCandidate } from './match-review.rules.ts';
import { MatchReviewService } from './match-review.service.ts';
import { findRecordFaults, gradeOf, publishTerm, withdrawTerm } from './public-record.rules.ts';
import { findStandingRecords, type PublicRecordRow, takeRecordNumbers } from './public-record.store.ts';
import { PublicRecordWork, PublicRecordWriter, publicRecordSource } from './public-record.work.ts';
import { decideSubject } from './public-record-subject.rules.ts';
import { type RegisteredSubjects, SubjectRegister } from './subject.service.ts';
import { removeUnused, type SubjectRow } from './subject.store.ts';

/** Behind every list entry in the queue of reviewers: nothing is executed on it. */
const severity = 0;

/** What became of one record that was sent. */
export type RecordIntake =
  | { readonly ok: true; readonly effect: 'CREATED' | 'CHANGED' | 'KNOWN'; readonly row: PublicRecordRow }
  | { readonly ok: false; readonly errors: readonly FieldProblem[] };

interface Candidate {
  readonly index: number;
  readonly request: PublicRecordRequest;
  readonly identity: CleanIdentity | null;
  readonly sourceKey: string;
  readonly contentHash: string;
}
type Answers = Map<number, RecordIntake>;

/** Takes public records in, one or a batch, in a fixed number of statements. */
@Injectable()
export class PublicRecordIntake {
  constructor(
    private readonly clock: Clock,
    private readonly personalData: PersonalData,
    private readonly register: SubjectRegister,
    private readonly writer: PublicRecordWriter,
    private readonly reviews: MatchReviewService,
  ) {}

  /**
   * The same record again is known; one that its source has revoked takes back what stands; any other is shown when it is certain whom it means and
   * waits otherwise (R-7-0, §11). Every request is answered in its place.
   * @throws ProblemError FORBIDDEN for a caller who acts for no single department
   */
  async receive(tx: Transaction, principal: Principal, requests: readonly PublicRecordRequest[]): Promise<RecordIntake[]> {
    const [department, another] = principal.departments;
    if (department === undefined || another !== undefined) throw new ProblemError('FORBIDDEN', '公示记录由一个部门以本部门身份报送');
    const answers: Answers = new Map();
    const candidates = requests.flatMap((request, index) => this.check(request, index, answers));
    const work = new PublicRecordWork({ actor: principal.id, now: this.clock.now(), today: this.clock.today() });
    const identities = candidates.flatMap(({ identity, request }) =>
      identity === null || request.state === 'REVOKED' ? [] : [{ identity, regionCode: request.subject.regionCode ?? null }],
    );
    const found = await this.register.findOrRegister(tx, identities, principal.id);
    const standing = await findStandingRecords(tx, department, keysOf(candidates));
    const lanes = [...found.byKey.values()].map((row) => row.id).concat(standing.flatMap((row) => row.subject_id ?? []));
    const subjects = await this.register.lockAndRefresh(tx, found, [...new Set(lanes)]);
    await this.decideAll(tx, work, department, candidates, subjects, answers);
    return requests.map((_request, index) => {
      const answer = answers.get(index);
      if (answer === undefined) throw new Error(`record ${index} of ${requests.length} has no answer`);
      return answer;
    });
  }

  private check(request: PublicRecordRequest, index: number, answers: Answers): Candidate[] {
    const today = this.clock.today();
    const sealed = (pointer: string) =>
      /^\/(subject|representative)\/idNumber$|^\/representative\/name$/.test(pointer) ||
      (pointer === '/subject/name' && request.subject.kind === 'PERSON');
    const subject = decideSubject(request, today);
    const faults = [...findUnstorableTexts(request, sealed), ...findRecordFaults(request, today), ...(subject.ok ? [] : subject.faults)];
    if (faults.length > 0 || !subject.ok) {
      answers.set(index, { ok: false, errors: faults });
      return [];
    }
    const { identity } = subject;
    return [{ index, request, identity, sourceKey: this.sourceKeyOf(request, identity), contentHash: this.hashOf(request, identity) }];
  }

  /** Under the lanes: known records as they are now, then one decision after the other; a row of the batch sees those before it. */
  private async decideAll(
    tx: Transaction,
    work: PublicRecordWork,
    department: string,
    candidates: readonly Candidate[],
    subjects: RegisteredSubjects,
    answers: Answers,
  ): Promise<void> {
    const rows = await findStandingRecords(tx, department, keysOf(candidates));
    const known = new Map(rows.map((row) => [`${row.kind} ${row.source_key}`, row]));
    const { ids, numbers } = await takeRecordNumbers(tx, candidates.length);
    const conflicts: { readonly row: PublicRecordRow; readonly subject: SubjectRow; readonly name: string; readonly id: string }[] = [];
    const used = new Set<string>();
    for (const candidate of candidates) {
      const key = `${candidate.request.kind} ${candidate.sourceKey}`;
      const row = known.get(key);
      if (row !== undefined || candidate.request.state === 'REVOKED') {
        answers.set(candidate.index, this.answerKnown(work, candidate, row));
        if (row?.status === 'WITHDRAWN') known.delete(key);
        continue;
      }
      const made = this.newRow(candidate, department, work, { id: ids.shift() ?? '', number: numbers.shift() ?? 0 });
      known.set(key, made);
      answers.set(candidate.index, { ok: true, effect: 'CREATED', row: made });
      const received = { standard: made.standard, state: candidate.request.state };
      const subject = candidate.identity === null ? undefined : subjects.byKey.get(this.register.keyOf(candidate.identity));
      const bearer = candidate.identity === null ? undefined : subjects.bearers.get(this.register.keyOf(candidate.identity));
      if (candidate.identity === null || subject === undefined || bearer === undefined) {
        made.reason = 'NO_IDENTIFIER';
        work.begin(made, { ...received, identity: 'NONE' });
      } else if (this.register.isSameName(bearer, candidate.identity, made.decided_on)) {
        made.subject_id = subject.id;
        used.add(bearer.id).add(subject.id);
        work.begin(made, { ...received, identity: 'EXACT' });
        work.show(made, { identity: 'EXACT' });
      } else {
        made.reason = 'IDENTITY_CONFLICT';
        work.begin(made, { ...received, identity: 'CONFLICT' });
        conflicts.push({ row: made, subject, name: candidate.identity.name, id: ids.shift() ?? '' });
        used.add(bearer.id).add(subject.id);
      }
    }
    const unused = [...subjects.created].filter((id) => !used.has(id));
    if (unused.length > 0) await removeUnused(tx, unused);
    const registered = [...subjects.byKey.values()]
      .filter((row) => subjects.created.has(row.id) && used.has(row.id))
      .map((row) => this.register.registeredEvent(row, work.acting.actor));
    await this.writer.write(tx, work, registered);
    const waiting = conflicts.map(({ row, subject, name, id }) => ({
      ...conflictCandidate,
      id,
      source_kind: publicRecordSource,
      source_id: row.id,
      record_id: row.id,
      entry_id: null,
      party_id: null,
      subject_id: subject.id,
      severity,
      decision_name: row.subject_sealed === null ? name : null,
      decision_sealed: row.subject_sealed,
      decision_name_masked: row.subject_name_masked,
      department_code: row.department_code,
    }));
    if (waiting.length > 0) await this.reviews.open(tx, waiting, work.acting.actor);
  }

  private answerKnown(work: PublicRecordWork, candidate: Candidate, row: PublicRecordRow | undefined): RecordIntake {
    const { request } = candidate;
    if (request.state === 'REVOKED') {
      if (row === undefined) return refuse('/state', 'CONFLICT', '来源标明该决定已撤销或无效，系统中没有该记录，不予公示');
      const due = withdrawTerm(this.clock.calendar(), work.acting.today);
      work.withdraw(row, 'DECISION_REVOKED', row.document_number, due, { by: 'SOURCE' });
      return { ok: true, effect: 'CHANGED', row };
    }
    if (row !== undefined && row.content_hash === candidate.contentHash) return { ok: true, effect: 'KNOWN', row };
    return refuse(
      '/document/number',
      'SOURCE_RECORD_DIFFERS',
      `同一文书的记录 ${row?.number ?? ''} 已收录，内容与本次不同；变更请先撤回原记录再报送`,
    );
  }

  private newRow(candidate: Candidate, department: string, work: PublicRecordWork, fresh: { id: string; number: number }): PublicRecordRow {
    const { request, identity } = candidate;
    const { subject, representative, document, authority, source, penalty, licence, abnormal } = request;
    const term = publishTerm(this.clock.calendar(), request.decidedOn);
    const isPerson = identity?.kind === 'PERSON';
    const { acting } = work;
    return {
      id: fresh.id,
      number: `LYG-GS-${acting.today.slice(0, 4)}-${String(fresh.number).padStart(6, '0')}`,
      version: 0,
      kind: request.kind,
      status: 'CHECKING',
      reason: null,
      department_code: department,
      standard: request.standard,
      source_key: candidate.sourceKey,
      content_hash: candidate.contentHash,
      subject_id: null,
      subject_kind: subject.kind,
      subject_name: isPerson ? null : subject.name,
      subject_uscc: identity === null || identity.kind === 'PERSON' ? null : identity.usccCode,
      subject_sealed: isPerson ? this.personalData.seal(identity) : null,
      subject_name_masked: isPerson ? maskName(identity.name) : null,
      subject_id_masked: isPerson ? maskIdNumber(identity.idNumber) : null,
      other_numbers: subject.otherNumbers,
      representative_sealed:
        representative === undefined
          ? null
          : this.personalData.seal({
              name: representative.name,
              idType: representative.idType ?? 'ID_CARD',
              idNumber: representative.idNumber ?? '',
            }),
      representative_masked: representative === undefined ? null : maskName(representative.name),
      document_name: document.name ?? null,
      document_number: document.number ?? null,
      decided_on: request.decidedOn,
      authority_name: authority.name,
      authority_code: authority.usccCode ?? null,
      source_name: source?.name ?? null,
      source_code: source?.usccCode ?? null,
      grade: gradeOf(request),
      content: { penalty, licence, abnormal },
      valid_from: request.validFrom ?? null,
      valid_to: request.validTo ?? null,
      public_until: request.publicUntil ?? null,
      hidden_by: null,
      publish_due_on: term.date,
      published_on: null,
      withdraw_due_on: null,
      withdrawn_on: null,
      term_provisional: term.provisional,
      remark: request.remark ?? null,
      received_at: acting.now,
      received_by: acting.actor,
    };
  }

  /** What makes it the same record again, whatever its other words: document, certificate and subject. */
  private sourceKeyOf(request: PublicRecordRequest, identity: CleanIdentity | null): string {
    const { document, decidedOn, licence, abnormal, subject } = request;
    const whom = identity === null ? ['N', subject.name, subject.otherNumbers] : [this.register.keyOf(identity)];
    const what =
      document.number === undefined ? [decidedOn, abnormal?.reason ?? ''] : [decisionKey(document.number), licence?.number ?? ''];
    return contentHash([...whom, ...what]);
  }

  /** Hash of what was sent; document numbers of persons go into it only by their keyed hash. */
  private hashOf(request: PublicRecordRequest, identity: CleanIdentity | null): string {
    const { representative, subject } = request;
    const hashed = (idType: string | undefined, number: string | undefined) =>
      number === undefined ? null : this.personalData.hash(idType ?? 'ID_CARD', number);
    return contentHash({
      ...request,
      state: null,
      subject: { ...subject, idNumber: null, usccCode: null, key: identity === null ? null : this.register.keyOf(identity) },
      representative: representative === undefined ? null : [representative.name, hashed(representative.idType, representative.idNumber)],
    });
  }
}

function keysOf(candidates: readonly Candidate[]): string[] {
  return [...new Set(candidates.map((candidate) => candidate.sourceKey))];
}

function refuse(pointer: string, code: FieldProblem['code'], detail: string): RecordIntake {
  return { ok: false, errors: [{ pointer, code, detail }] };
}
