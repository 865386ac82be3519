import { type Principal, ProblemError, type SubjectLinkRequest } from '@lianxin/contracts';
import { lockLanes, Outbox } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { findUnstorableTexts } from './designation-text.rules.ts';
import { insertLink, insertSubjectFacts, type NewFact, updateSubjects } from './register.store.ts';
import { changedEvents } from './subject.events.ts';
import { findMergedInto, findSubjects, type SubjectRow } from './subject.store.ts';

/** Human decisions that two subjects of the register have to do with each other (§11.3: successor by merger or split: link, human decision). */
@Injectable()
export class RegisterLinks {
  constructor(
    private readonly clock: Clock,
    private readonly outbox: Outbox,
  ) {}

  /**
   * SAME joins two registrations of one subject: what comes in under the one counts for the other from now on. Entries keep the key that they have.
   * @throws ProblemError NOT_FOUND, CONFLICT for subjects that cannot be one, DATE_IN_FUTURE
   */
  async link(tx: Transaction, principal: Principal, fromId: string, request: SubjectLinkRequest): Promise<void> {
    const [fault, ...others] = findUnstorableTexts(request);
    if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault, ...others]);
    if (fromId === request.toSubjectId) throw new ProblemError('CONFLICT', '主体不能与自身关联');
    const today = this.clock.today();
    if (request.effectiveOn > today) {
      const detail = `日期不能晚于今天（${today}）`;
      throw new ProblemError('DATE_IN_FUTURE', detail, [{ pointer: '/effectiveOn', code: 'DATE_IN_FUTURE', detail }]);
    }
    const followers = await findMergedInto(tx, [fromId]);
    await lockLanes(tx, [fromId, request.toSubjectId, ...followers.map((row) => row.id)]);
    const rows = new Map((await findSubjects(tx, [fromId, request.toSubjectId])).map((row) => [row.id, row]));
    const [from, to] = [rows.get(fromId), rows.get(request.toSubjectId)];
    if (from === undefined || to === undefined || !from.identified || !to.identified) throw new ProblemError('NOT_FOUND', '没有该主体');
    const { effectiveOn, documentNo, kind, reason } = request;
    const isNew = await insertLink(tx, {
      from_subject: fromId,
      to_subject: to.id,
      kind,
      effective_on: effectiveOn,
      document_no: documentNo,
      reason,
      actor: principal.id,
    });
    if (isNew && kind === 'SAME') await this.merge(tx, principal, from, to, followers, request);
  }

  private async merge(
    tx: Transaction,
    principal: Principal,
    from: SubjectRow,
    to: SubjectRow,
    followers: readonly SubjectRow[],
    request: SubjectLinkRequest,
  ): Promise<void> {
    if ((from.kind === 'PERSON') !== (to.kind === 'PERSON')) throw new ProblemError('CONFLICT', '自然人与单位不能归并');
    if (from.merged_into !== null || to.merged_into !== null) throw new ProblemError('CONFLICT', '其中一个主体已归并到另一主体');
    // Whoever had proved to be `from` is now `to` as well: one step leads to the one who stands for all.
    const moved = [from, ...followers].map((row) => ({ ...row, version: row.version + 1, merged_into: to.id }));
    await updateSubjects(tx, moved);
    await insertSubjectFacts(
      tx,
      moved.map(
        (row): NewFact => ({
          subject_id: row.id,
          version: row.version,
          what: 'MERGED',
          effective_on: request.effectiveOn,
          patch: { mergedInto: to.id },
          source: 'DECISION_OF_OFFICE',
          document_no: request.documentNo,
          actor: principal.id,
        }),
      ),
    );
    await this.outbox.publish(
      tx,
      moved.flatMap((row) => changedEvents(row, principal.id)),
    );
  }
}
