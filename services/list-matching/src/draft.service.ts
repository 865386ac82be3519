import {
  type DraftRequest,
  draftRequestSchema,
  type ListEntryView,
  maskIdNumber,
  maskName,
  type Principal,
  ProblemError,
} from '@lianxin/contracts';
import { Clock, contentHash, PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { intakeOfKnown } from './designation.intake.ts';
import type { Refusal } from './designation.rules.ts';
import { defaultGrade } from './designation.rules.ts';
import { DesignationService } from './designation.service.ts';
import { findUnstorableTexts } from './designation-text.rules.ts';
import { type DraftDecision, judgeDraft } from './draft.rules.ts';
import { staleEntry, withLastFact } from './entry-change.service.ts';
import type { EntryWork } from './entry-work.ts';
import { decideStep, type EntryAction, mayChange } from './list-entry.rules.ts';
import {
  type DraftRow,
  type EntryRow,
  type FactRow,
  findBySource,
  findStored,
  insertDraft,
  insertFacts,
  isDraft,
  lockStored,
  replaceParties,
  takeNumbers,
  updateDraft,
} from './list-entry.store.ts';
import { loadView } from './list-entry.view.ts';
import type { Procedure } from './procedure.rules.ts';

/** Drafts (T1), their changes and their submission (T2). What stands in a draft is sealed: nobody is listed by it, and it may name persons. */
@Injectable()
export class DraftService {
  constructor(
    private readonly clock: Clock,
    private readonly personalData: PersonalData,
    private readonly designations: DesignationService,
  ) {}

  /**
   * T1. The same source record with the same content is answered with its draft.
   * @throws ProblemError LIST_UNKNOWN, NOT_DESIGNATING_UNIT, LIST_DISABLED, VALIDATION_FAILED, SOURCE_RECORD_DIFFERS
   */
  async draft(tx: Transaction, principal: Principal, draft: DraftRequest): Promise<{ view: ListEntryView; replayed: boolean }> {
    const judged = await this.judge(tx, principal, draft);
    const hash = this.hashOf(draft);
    const source = { departmentCode: judged.departmentCode, origin: 'CITY', sourceRecordId: draft.sourceRecordId } as const;
    const [known] = await findBySource(tx, [source]);
    if (known !== undefined) {
      const answer = intakeOfKnown({ entry: known, contentHash: known.content_hash }, hash);
      if (!answer.ok) throw problemOf(answer);
      return { view: await this.view(tx, known), replayed: true };
    }
    const row = await this.begin(tx, principal.id, draft, judged, hash);
    return { view: await this.view(tx, row), replayed: false };
  }

  /** Changes a draft, also one that was returned for completion (T5). List and source record are what it is and stay. */
  async edit(tx: Transaction, principal: Principal, id: string, version: number, draft: DraftRequest): Promise<ListEntryView> {
    const row = await this.lock(tx, principal, id, version, 'EDIT');
    const fact = this.factOf(row, 'EDIT', principal.id, { fields: changedFields(this.contentOf(row), draft) });
    if (draft.listCode !== row.list_code || draft.sourceRecordId !== row.source_record_id)
      throw new ProblemError('VALIDATION_FAILED', '草稿的名单和来源记录号不能更改；请撤回后另行起草');
    const judged = await this.judge(tx, principal, draft);
    const changed = { ...row, ...this.contentColumns(draft, judged), version: fact.version };
    await updateDraft(tx, changed as DraftRow | EntryRow);
    await insertFacts(tx, [fact]);
    return this.view(tx, changed as DraftRow | EntryRow);
  }

  /** T2 with T3, T4 or a review of the identity: everything that is missing is told at once. */
  async submit(tx: Transaction, principal: Principal, id: string, version: number | undefined): Promise<ListEntryView> {
    const row = await this.lock(tx, principal, id, version, 'SUBMIT');
    this.factOf(row, 'SUBMIT', principal.id, {});
    if (!isDraft(row)) await replaceParties(tx, row.id);
    const answer = await this.designations.submit(tx, principal, row, this.contentOf(row));
    if (!answer.ok) throw problemOf(answer);
    return this.view(tx, answer.entry);
  }

  /** Whether the entry was never submitted. */
  async isDraft(tx: Transaction, id: string): Promise<boolean> {
    const row = await findStored(tx, id);
    return row !== undefined && isDraft(row);
  }

  /** T2a of a draft that was never submitted; undefined for one that has been submitted in this moment and is an entry now. */
  async withdraw(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    reason: string,
  ): Promise<ListEntryView | undefined> {
    const [fault] = findUnstorableTexts({ reason });
    if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault]);
    const row = await this.lock(tx, principal, id, version, 'WITHDRAW');
    if (!isDraft(row)) return undefined;
    const fact = this.factOf(row, 'WITHDRAW', principal.id, { reason });
    const ended = { ...row, version: fact.version, status: fact.to_status, reason: 'WITHDRAWN', draft_sealed: null };
    await updateDraft(tx, ended);
    await insertFacts(tx, [fact]);
    return this.view(tx, ended);
  }

  /** T9: the facts do not reach the black list; a draft for a focus list of the same unit is begun from them. */
  async beginFocus(
    tx: Transaction,
    principal: Principal,
    work: EntryWork,
    black: EntryRow,
    sealed: string,
    listCode: string,
  ): Promise<void> {
    const { listingGround: _ground, supersedes: _supersedes, grade: _grade, conditions: _conditions, ...content } = this.open(sealed);
    const draft = draftRequestSchema.parse({ ...content, listCode, sourceRecordId: `${black.source_record_id}/${listCode}`.slice(-200) });
    const judged = await this.judge(tx, principal, draft);
    if (judged.definition.type !== 'FOCUS')
      throw new ProblemError('VALIDATION_FAILED', `${listCode} 不是重点关注名单`, [
        { pointer: '/focusListCode', code: 'VALIDATION_FAILED', detail: '应为重点关注名单（FL-）' },
      ]);
    await this.begin(tx, work.acting.actor, draft, judged, this.hashOf(draft), { insteadOf: black.number });
  }

  private async begin(
    tx: Transaction,
    actor: string,
    draft: DraftRequest,
    judged: Extract<DraftDecision, { ok: true }>,
    hash: string,
    detail: Readonly<Record<string, unknown>> = {},
  ): Promise<DraftRow> {
    const { ids, numbers } = await takeNumbers(tx, 1, 1);
    const now = this.clock.now();
    const blank: DraftRow = {
      id: ids[0] ?? '',
      number: `LYG-MD-${this.clock.today().slice(0, 4)}-${String(numbers[0]).padStart(6, '0')}`,
      version: 0,
      status: 'DRAFT',
      reason: null,
      activation_no: 1,
      subject_id: null,
      list_code: judged.definition.code,
      list_version: judged.definition.version,
      list_type: judged.definition.type,
      origin: 'CITY',
      batch_no: null,
      origin_region: null,
      recognised: null,
      source_record_id: draft.sourceRecordId,
      content_hash: hash,
      department_code: judged.departmentCode,
      level: judged.level,
      decision_name: null,
      decision_number: null,
      decision_key: null,
      decision_date: null,
      notice: null,
      service: null,
      public_notice: null,
      activated_on: null,
      valid_from: null,
      valid_to: null,
      received_at: now,
      received_by: actor,
      disputed: false,
      duties_performed_on: null,
      restores: null,
      ...this.contentColumns(draft, judged),
    };
    const fact = this.factOf(blank, 'DRAFT', actor, { origin: 'CITY', ...detail });
    const row: DraftRow = { ...blank, version: 1, procedure: { ...blank.procedure, draftedBy: actor } };
    await insertDraft(tx, row);
    await insertFacts(tx, [fact]);
    return row;
  }

  /** What of a draft is kept beside its sealed text. */
  private contentColumns(draft: DraftRequest, judged: Extract<DraftDecision, { ok: true }>) {
    const { subject } = draft;
    const isPerson = subject.kind === 'PERSON';
    const draftSubject: Procedure['draftSubject'] = {
      kind: subject.kind,
      name: isPerson ? maskName(subject.name) : subject.name,
      usccCode: isPerson ? null : (subject.usccCode ?? null),
      idMasked: isPerson && subject.idNumber !== undefined ? maskIdNumber(subject.idNumber) : null,
      regionCode: subject.regionCode ?? null,
    };
    return {
      grade: draft.grade ?? defaultGrade(judged.definition),
      industry: draft.industry ?? null,
      region_code: null,
      facts: null,
      basis: draft.basis,
      conditions: draft.conditions,
      evidence: draft.evidence,
      listing_ground: draft.listingGround ?? null,
      supersedes: draft.supersedes ?? null,
      draft_sealed: this.personalData.sealText(JSON.stringify(draft)),
      procedure: { draftSubject },
    };
  }

  private async judge(tx: Transaction, principal: Principal, draft: DraftRequest): Promise<Extract<DraftDecision, { ok: true }>> {
    const judged = judgeDraft(draft, (await this.designations.contextsOf(tx, principal, [draft.listCode]))(draft.listCode));
    if (!judged.ok) throw problemOf(judged);
    return judged;
  }

  /** A draft has no subject whose lane could be locked: its own row is. */
  private async lock(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    action: 'EDIT' | 'SUBMIT' | 'WITHDRAW',
  ): Promise<DraftRow | EntryRow> {
    const row = await lockStored(tx, id);
    if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该名单记录，或不属于本部门');
    if (!mayChange(principal, { departmentCode: row.department_code, origin: row.origin }))
      throw new ProblemError('NOT_DESIGNATING_UNIT', `该记录由认定单位 ${row.department_code} 处理`);
    if (version !== undefined && version !== row.version) throw await staleEntry(tx, row, version);
    const decided = decideStep(row.status, action, row.list_type);
    if (!decided.ok) throw await withLastFact(tx, row.id, new ProblemError(decided.code, `${row.number}：${decided.detail}`));
    return row;
  }

  /** @throws ProblemError TRANSITION_NOT_ALLOWED */
  private factOf(row: DraftRow | EntryRow, action: EntryAction, actor: string, detail: FactRow['detail']): FactRow {
    const decided = decideStep(row.version === 0 ? 'NONE' : row.status, action, row.list_type);
    if (!decided.ok) throw new ProblemError(decided.code, `${row.number}：${decided.detail}`);
    const { transition, from, to } = decided.step;
    const common = {
      entry_id: row.id,
      version: row.version + 1,
      at: this.clock.now(),
      actor,
      detail,
      department_code: row.department_code,
    };
    return { ...common, transition, from_status: from, to_status: to };
  }

  private contentOf(row: DraftRow | EntryRow): DraftRequest {
    if (row.draft_sealed === null) throw new ProblemError('CONFLICT', '该记录不是草稿');
    return this.open(row.draft_sealed);
  }

  private open(sealed: string): DraftRequest {
    return draftRequestSchema.parse(JSON.parse(this.personalData.openText(sealed)));
  }

  private hashOf(draft: DraftRequest): string {
    const hashed = (kind: string | undefined, number: string | undefined) =>
      number === undefined ? null : this.personalData.hash(kind ?? '', number);
    const { subject, parties } = draft;
    return contentHash({
      ...draft,
      draft: true,
      subject: { ...subject, idNumber: hashed(subject.idType, subject.idNumber) },
      parties: parties.map((party) => ({ ...party, idNumber: hashed(party.idType, party.idNumber) })),
    });
  }

  private view(tx: Transaction, row: DraftRow | EntryRow): Promise<ListEntryView> {
    return loadView(tx, row, { now: this.clock.now(), calendar: this.clock.calendar() });
  }
}

/** Names of the fields that a change touches; never what stands in them. */
function changedFields(before: DraftRequest, after: DraftRequest): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof DraftRequest)[];
  return keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])).sort();
}

function problemOf(refusal: Refusal): ProblemError {
  return new ProblemError(refusal.code, refusal.detail, refusal.errors);
}
