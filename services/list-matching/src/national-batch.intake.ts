import { randomUUIDv7 } from 'node:crypto';
import { checkUscc } from '@lianxin/contracts';
import { lockLanes, Outbox } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { judgeDesignation } from './designation.rules.ts';
import type { Acting } from './entry-work.ts';
import { definitionOn, type ListDefinition } from './list-definition.rules.ts';
import { allDefinitions } from './list-definition.store.ts';
import { type BatchRowContent, designationOf, findListOf, kindOfCode, type RowIdentity, regionOfRow } from './national-batch.rules.ts';
import type { BatchLine, BatchRow } from './national-batch.store.ts';
import { gradeOfName, SubjectRegister } from './subject.service.ts';
import { findSubjects, type SubjectRow } from './subject.store.ts';
import { ListTerms } from './terms.ts';

/** A row that may be listed once its county has verified it. */
interface Matched {
  readonly line: BatchLine;
  readonly identity: RowIdentity;
}

/** Matches the rows of a batch: who is meant, whether the list and the terms let it in (§11.3, R-2-6). Nothing is listed here. */
@Injectable()
export class BatchIntake {
  constructor(
    private readonly clock: Clock,
    private readonly terms: ListTerms,
    private readonly register: SubjectRegister,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Decides each row's state; a row that becomes VERIFYING has its subject. A code that nobody knew is registered provisionally (R-11-1a). What is not
   * certain waits in REVIEW: with `subject_id` when its code is known under another name.
   */
  async match(tx: Transaction, acting: Acting, batch: BatchRow, lines: readonly BatchLine[]): Promise<void> {
    const definitions = await allDefinitions(tx);
    const matched: Matched[] = [];
    for (const line of lines) {
      const checked = checkUscc(line.content.usccCode ?? '');
      if (line.content.usccCode === undefined) review(line, 'IDENTIFIER_REQUIRED：该行没有统一社会信用代码');
      else if (!checked.ok) review(line, `USCC_INVALID：${checked.detailZh}`);
      else {
        const identity = identityOf(line.content, checked.code);
        const fault = this.findFault(batch, line.content, identity, definitions);
        if (fault === undefined) matched.push({ line, identity });
        else refuse(line, fault);
      }
    }
    await this.findSubjectsOf(tx, acting, matched);
  }

  /** Why a row could not be listed even if all is verified; undefined when nothing stands in the way. */
  findFault(batch: BatchRow, row: BatchRowContent, identity: RowIdentity, definitions: readonly ListDefinition[]): string | undefined {
    const listCode = findListOf(row, definitions);
    if (listCode === undefined) return 'LIST_UNKNOWN：没有该名单';
    const decision = judgeDesignation(designationOf(row, asSource(batch), listCode, identity), {
      today: this.clock.today(),
      calendar: this.clock.calendar(),
      settingsOn: this.terms.settingsOn,
      roles: ['CREDIT_CENTRE_OPERATOR'],
      departments: [],
      versions: definitions.filter((definition) => definition.code === listCode),
    });
    return decision.ok ? undefined : `${decision.code}：${decision.detail}`;
  }

  private async findSubjectsOf(tx: Transaction, acting: Acting, matched: readonly Matched[]): Promise<void> {
    if (matched.length === 0) return;
    const found = await this.register.findOrRegister(
      tx,
      matched.map(({ identity }) => ({ identity, regionCode: identity.regionCode })),
      acting.actor,
    );
    await lockLanes(tx, [...found.created]);
    const created = [...found.byKey.values()].filter((row) => found.created.has(row.id));
    await this.outbox.publish(
      tx,
      created.map((row) => this.register.registeredEvent(row, acting.actor)),
    );
    for (const { line, identity } of matched) {
      const subject = found.byKey.get(this.register.keyOf(identity));
      const bearer = found.bearers.get(this.register.keyOf(identity));
      if (subject === undefined || bearer === undefined) throw new Error('a subject of this batch was not registered');
      line.subject_id = subject.id;
      line.rule = gradeOfName(bearer, identity.name, line.content.decisionDate);
      if (line.rule === 'C1') {
        review(line, 'CONFLICT：代码已登记而名称不同，须人工确认');
        line.grade = 'CONFLICT';
      } else {
        line.grade = 'EXACT';
        line.state = 'VERIFYING';
        line.reason = null;
      }
    }
  }
}

/** What a designation tells of the batch behind it. */
export function asSource(batch: BatchRow) {
  return { batchNo: batch.batch_no, origin: batch.origin, sourceName: batch.source_name, documentNo: batch.document_no };
}

/** A row as it came, before anything is known of it. */
export function newLine(
  batchId: string,
  content: BatchRowContent,
  place: { rowKey: string; contentHash: string; line: number; issue: number; cluesSealed: string | null },
): BatchLine {
  return {
    id: randomUUIDv7(),
    batch_id: batchId,
    row_key: place.rowKey,
    line: place.line,
    issue: place.issue,
    content,
    content_hash: place.contentHash,
    state: 'REVIEW',
    grade: 'NONE',
    rule: null,
    reason: null,
    subject_id: null,
    matched_by: null,
    verification_id: null,
    entry_id: null,
    effect: null,
    upward: null,
    upward_opened_on: null,
    upward_answer: null,
    clues_sealed: place.cluesSealed,
  };
}

function identityOf(row: BatchRowContent, usccCode: string): RowIdentity {
  return { name: row.name, usccCode, kind: row.kind ?? kindOfCode(usccCode), regionCode: regionOfRow(row, usccCode) };
}

/** Identity under which a row is listed: the register's, for a row may name its subject in another way and a person has said that it is the same. */
export async function identityOfLine(tx: Transaction, line: BatchLine): Promise<RowIdentity> {
  const [subject] = line.subject_id === null ? [] : await findSubjects(tx, [line.subject_id]);
  if (subject === undefined) throw new Error('a verified row without a subject');
  return identityOfSubject(subject, line.content);
}

export function identityOfSubject(subject: SubjectRow, row: BatchRowContent): RowIdentity {
  const { kind, name, uscc_code: usccCode } = subject;
  if (kind === 'PERSON' || name === null || usccCode === null) throw new Error('a batch names organisations only');
  return { kind, name, usccCode, regionCode: row.regionCode ?? subject.region_code ?? regionOfRow(row, usccCode) };
}

/** The version of a list that judges a row. */
export function definitionOfLine(line: BatchLine, definitions: readonly ListDefinition[]): ListDefinition {
  const code = findListOf(line.content, definitions);
  const definition = definitionOn(
    definitions.filter((candidate) => candidate.code === code),
    line.content.decisionDate,
  );
  if (definition === undefined) throw new Error('a matched row without a list');
  return definition;
}

function review(line: BatchLine, reason: string): void {
  line.grade = 'NONE';
  line.state = 'REVIEW';
  line.reason = reason;
}

function refuse(line: BatchLine, reason: string): void {
  line.state = 'REFUSED';
  line.reason = reason;
}
