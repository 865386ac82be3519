import { type FieldProblem, maskName, type ProblemCode } from '@lianxin/contracts';
import { activate } from './activation.ts';
import { type Designation, type Refusal, refusal } from './designation.rules.ts';
import { type CleanIdentity, type DesignatedIdentity, isUncertain } from './designation-identity.rules.ts';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import { receivedEvent } from './list-entry.events.ts';
import type { DraftRow, EntryRow, PartyRow } from './list-entry.store.ts';
import type { NewCandidate } from './match-candidate.store.ts';
import { reviewRequestedEvent } from './match-review.events.ts';
import { candidateHead, conflictCandidate } from './match-review.rules.ts';
import { isEnded } from './register.rules.ts';
import type { SubjectRow } from './subject.store.ts';

/** A designation that has passed its own checks, and the hash of what was sent. */
export interface Candidate {
  /** Place in the batch. */
  readonly index: number;
  readonly designation: Designation;
  readonly contentHash: string;
  /** The draft that is submitted; undefined for a designation that comes complete. */
  readonly stored?: EntryRow | DraftRow;
}

/** Answer to one request: its entry, new or known, or why it is refused. */
export type Intake = { readonly ok: true; readonly entry: EntryRow; readonly replayed: boolean } | Refusal;

/** What the index has found for a record, with the record as it may be stored. */
export type FoundCandidate = Omit<NewCandidate, 'id' | keyof ReturnType<typeof candidateHead>>;

/** What decisions about a batch rest on; entries of the batch join it as they are made. */
export interface IntakeWorld {
  /** Entries that stand for a subject, by subject id. */
  readonly standing: Map<string, EntryInWork[]>;
  readonly bySource: Map<string, { entry: EntryRow; contentHash: string }>;
  subjectOf(identity: DesignatedIdentity): SubjectRow;
  /** Who a record without a valid number may mean, for the review queue; nothing for one with a number. */
  candidatesOf(identity: DesignatedIdentity): readonly FoundCandidate[];
  /** Whether a foreign designation has effects here today (R-2-16); null for one of here. */
  recognises(designation: Designation): boolean | null;
  /** @param decisionDate former names count only while they were in use (§11.3) */
  isSameName(identity: CleanIdentity, decisionDate: string): boolean;
  /** The decision's name as it may be stored: an organisation's readable, a person's sealed. */
  storableName(identity: CleanIdentity): { decision_name: string | null; decision_sealed: string | null };
  nextId(): string;
  nextNumber(): number;
}

/** (department, origin, sourceRecordId): the natural key of a record. */
export function sourceKey(source: { departmentCode: string; origin: string; sourceRecordId: string }): string {
  return JSON.stringify([source.departmentCode, source.origin, source.sourceRecordId]);
}

/** A decision number without differences of writing: width, spaces, kinds of brackets (R-2-14). */
export function decisionKey(number: string): string {
  return number
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]/gu, '')
    .replace(/[〔［【[]/gu, '(')
    .replace(/[〕］】\]]/gu, ')')
    .toUpperCase();
}

/** Answer to a record that is already known: its entry when the content is the same. */
export function intakeOfKnown(known: { entry: EntryRow; contentHash: string }, contentHash: string): Intake {
  if (known.contentHash === contentHash) return { ok: true, entry: known.entry, replayed: true };
  return refuse('/sourceRecordId', 'SOURCE_RECORD_DIFFERS', `该来源记录已作为 ${known.entry.number} 收录，内容与本次不同`);
}

/** Decides about one designation on what is known under the lanes of its subjects, and makes its entry. */
export function decideIntake(work: EntryWork, candidate: Candidate, world: IntakeWorld): Intake {
  const { designation, stored } = candidate;
  const source = sourceKey(sourceOf(designation));
  const known = world.bySource.get(source);
  if (known !== undefined && known.entry.id !== stored?.id) return intakeOfKnown(known, candidate.contentHash);
  const subject = world.subjectOf(designation.subject);
  if (!designation.definition.subjectKinds.includes(subject.kind)) {
    return refuse('/subject/kind', 'SUBJECT_KIND_NOT_ALLOWED', `该主体登记的类型为 ${subject.kind}，不在名单适用范围内`);
  }
  // Never a silent re-binding (§6.4): an entry that was returned for completion still means whom it meant.
  if (stored !== undefined && stored.subject_id !== null && stored.subject_id !== subject.id)
    return refuse('/subject', 'CONFLICT', '提交后不能更换主体；请撤回本记录，以新的来源记录号另行起草');
  const standing = (world.standing.get(subject.id) ?? []).filter((other) => other.row.id !== stored?.id);
  const { decision, supersedes } = designation.request;
  const replaced = standing.find(({ row }) => row.id === supersedes && row.list_code === designation.definition.code);
  if (supersedes !== undefined && replaced === undefined)
    return refuse('/supersedes', 'VALIDATION_FAILED', '被替代的记录须是同一主体、同一名单的记录');
  // Whoever was quicker has removed or replaced it: it has one successor at most.
  if (replaced !== undefined && hasEnded(replaced.row))
    return refuse('/supersedes', 'CONFLICT', `${replaced.row.number} 现状态为 ${replaced.row.status}，不能再被替代`);
  const key = decision === null ? null : decisionKey(decision.number);
  const same =
    key === null
      ? undefined
      : standing.find(({ row }) => row.list_code === designation.definition.code && row.decision_key === key && stands(row));
  if (same !== undefined) return refuse('/decision/number', 'DUPLICATE_DECISION', `同一决定已列入：${same.row.number}`);

  const entry = beginOrTake(work, newRow(work, candidate, world, subject, key), stored);
  world.bySource.set(source, { entry: entry.row, contentHash: candidate.contentHash });
  world.standing.set(subject.id, [...standing, entry]);
  const parties = newParties(designation, entry.row, world);
  work.parties.push(...parties);
  if (stored === undefined) work.step(entry, 'DRAFT', { origin: entry.row.origin, batchNo: entry.row.batch_no });
  const conflicts = addCandidates(work, designation, entry.row, parties, world);
  const uncertain = isUncertain(designation.subject);
  const found = uncertain ? addFound(work, world.candidatesOf(designation.subject), entry.row, parties, world) : 0;
  const identity = uncertain ? { identity: 'UNCERTAIN', candidates: found } : conflicts > 0 ? { identity: 'CONFLICT', conflicts } : {};
  work.step(entry, 'SUBMIT', { parties: parties.length, ...identity });
  if (uncertain || conflicts > 0) {
    entry.row.reason = !uncertain ? 'IDENTITY_CONFLICT' : found > 0 ? 'IDENTITY_UNCERTAIN' : 'IDENTITY_UNMATCHED';
    // Of an entry that is nobody's yet nothing is said: its key is that of its subject, for life.
    if (!uncertain) {
      work.deadlines.push({ entry, kind: 'IDENTITY_REVIEW', from: work.acting.today, workdays: 'reviewWorkdays' });
      work.say(receivedEvent(entry.row, work.acting));
    }
  } else activate(work, entry, parties, designation.definition, standing, { identity: 'EXACT' });
  return { ok: true, entry: entry.row, replayed: false };
}

export function sourceOf(designation: Designation) {
  const { origin, sourceRecordId } = designation.request;
  return { departmentCode: designation.departmentCode, origin, sourceRecordId };
}

/** A draft keeps its id, number and facts when it is submitted; what stood in it goes into the entry. */
function beginOrTake(work: EntryWork, row: EntryRow, stored: EntryRow | DraftRow | undefined): EntryInWork {
  if (stored === undefined) return work.begin(row);
  const { id, number, version, status, content_hash, received_at, received_by, draft_sealed, supersedes } = stored;
  const kept = { id, number, version, status, content_hash, received_at, received_by, draft_sealed, supersedes };
  const { draftedBy } = stored.procedure;
  const procedure = { ...(draftedBy === undefined ? {} : { draftedBy }), submittedBy: work.acting.actor };
  const entry = work.take({ ...row, ...kept, procedure });
  Object.assign(entry.row, row, kept, { procedure });
  return entry;
}

/** It has left its list: nothing can take over from it any more. */
function hasEnded(row: EntryRow): boolean {
  return ['EXPIRED', 'REPAIRED', 'REVOKED', 'SUPERSEDED', 'CLOSED_SUBJECT'].includes(row.status);
}

/** An entry that was undone does not stand in the way of a new one with the same decision; one whose decision was revoked does. */
function stands(row: EntryRow): boolean {
  return !['NOT_DESIGNATED', 'EXCLUDED', 'CORRECTED'].includes(row.status);
}

function refuse(pointer: string, code: ProblemCode, detail: string): Refusal {
  return refusal([{ pointer, code, detail } satisfies FieldProblem]);
}

function newRow(work: EntryWork, candidate: Candidate, world: IntakeWorld, subject: SubjectRow, key: string | null): EntryRow {
  const { request, definition, departmentCode, level, grade, validFrom, validTo } = candidate.designation;
  return {
    id: world.nextId(),
    number: `LYG-MD-${work.acting.today.slice(0, 4)}-${String(world.nextNumber()).padStart(6, '0')}`,
    version: 0,
    status: 'DRAFT',
    reason: null,
    activation_no: 1,
    subject_id: subject.id,
    list_code: definition.code,
    list_version: definition.version,
    list_type: definition.type,
    origin: request.origin,
    batch_no: request.batchNo ?? null,
    origin_region: request.originRegion ?? null,
    recognised: world.recognises(candidate.designation),
    source_record_id: request.sourceRecordId,
    content_hash: candidate.contentHash,
    department_code: departmentCode,
    level,
    region_code: request.subject.regionCode,
    grade,
    industry: request.industry ?? null,
    facts: request.facts,
    basis: request.basis,
    conditions: request.conditions,
    evidence: request.evidence,
    decision_name: request.decision?.name ?? null,
    decision_number: request.decision?.number ?? null,
    decision_key: key,
    decision_date: request.decision?.date ?? null,
    notice: request.notice ?? null,
    service: request.service ?? null,
    public_notice: request.publicNotice ?? null,
    activated_on: null,
    valid_from: validFrom,
    valid_to: validTo,
    received_at: work.acting.now,
    received_by: work.acting.actor,
    draft_sealed: null,
    procedure: {},
    listing_ground: request.listingGround ?? null,
    disputed: false,
    duties_performed_on: null,
    supersedes: request.supersedes ?? null,
    restores: null,
  };
}

/** The subject first, then every person in the order of the request (R-2-15). */
function newParties(designation: Designation, row: EntryRow, world: IntakeWorld): PartyRow[] {
  const common = { entry_id: row.id, department_code: row.department_code };
  const { kind, status } = world.subjectOf(designation.subject);
  // Against a subject that is gone nothing is executed; the persons whom the decision names are bound (§11.3, T22).
  const subject = {
    role: 'SUBJECT',
    kind,
    named: true,
    served: !isEnded(status),
    notice_served_on: null,
    decision_served_on: null,
  } as const;
  const persons = designation.parties.map((party, index) => ({
    ...common,
    id: world.nextId(),
    place: index + 1,
    subject_id: world.subjectOf(party).id,
    role: party.role,
    kind: party.kind,
    named: party.named,
    served: party.served,
    notice_served_on: party.noticeServedOn,
    decision_served_on: party.decisionServedOn,
  }));
  return [{ ...common, ...subject, id: world.nextId(), place: 0, subject_id: row.subject_id }, ...persons];
}

/** Known numbers under really different names (C1, CONFLICT of §11.3–11.4): each waits for a person. Returns how many. */
function addCandidates(work: EntryWork, designation: Designation, row: EntryRow, parties: readonly PartyRow[], world: IntakeWorld): number {
  const identities = [designation.subject, ...designation.parties];
  let conflicts = 0;
  for (const [index, party] of parties.entries()) {
    const identity = identities[index];
    if (
      identity === undefined ||
      isUncertain(identity) ||
      world.isSameName(identity, designation.request.decision?.date ?? designation.today)
    )
      continue;
    conflicts += 1;
    const candidate = {
      id: world.nextId(),
      ...candidateHead(row, party),
      subject_id: party.subject_id,
      ...conflictCandidate,
      ...world.storableName(identity),
      decision_name_masked: identity.kind === 'PERSON' ? maskName(identity.name) : null,
    };
    work.candidates.push(candidate);
    work.say(reviewRequestedEvent(candidate, work.acting.actor));
  }
  return conflicts;
}

/** Subjects that a record without a valid number may mean (P1–S4): each waits for a person, nothing rests on any of them. */
function addFound(
  work: EntryWork,
  found: readonly FoundCandidate[],
  row: EntryRow,
  parties: readonly PartyRow[],
  world: IntakeWorld,
): number {
  const subject = parties.find((party) => party.role === 'SUBJECT');
  if (subject === undefined) throw new Error('an entry without its subject');
  for (const candidate of found) {
    const waiting = { ...candidate, ...candidateHead(row, subject), id: world.nextId() };
    work.candidates.push(waiting);
    work.say(reviewRequestedEvent(waiting, work.acting.actor));
  }
  return found.length;
}
