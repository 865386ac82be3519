import { createHash } from 'node:crypto';
import { type Principal, ProblemError } from '@lianxin/contracts';
import { renderPaperToBuffer } from '@lianxin/documents';
import { Clock, Database, PersonalData, type PersonIdentity, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { NoticeMaker } from './decision-notice.maker.ts';
import { type NoticeForm, noticePaperOf } from './decision-notice.paper.ts';
import { findNotice, findRenditions, insertRendition, type StoredNotice } from './decision-notice.store.ts';
import { type NoticeView, noticeViewOf } from './decision-notice.view.ts';
import { findUnstorableTexts } from './designation-text.rules.ts';
import { type EntryRow, findStored } from './list-entry.store.ts';

export interface NoticeFile {
  readonly name: string;
  readonly pdf: Buffer;
  /** SHA-256 of the file, base64. */
  readonly sha256: string;
}
const shownRenditions = 50;

/** Reading the two documents (R-2-7, R-5-9): the designating unit its own, the credit office and the audit all. */
@Injectable()
export class NoticeService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly personalData: PersonalData,
    private readonly maker: NoticeMaker,
  ) {}

  /** @throws ProblemError NOT_FOUND, NOTICE_NOT_AVAILABLE */
  view(principal: Principal, entryId: string): Promise<NoticeView> {
    return this.database.transaction(principal, async (tx) => {
      const { notice, entry } = await this.load(tx, entryId);
      return noticeViewOf(notice, entry.service, await findRenditions(tx, entryId, shownRenditions));
    });
  }

  /**
   * The PDF. Persons stand masked, unless whoever serves it says what for; who took which form is kept (R-8-8, R-8-13).
   * @throws ProblemError NOT_FOUND, NOTICE_NOT_AVAILABLE, FORBIDDEN, VALIDATION_FAILED
   */
  async file(principal: Principal, entryId: string, purpose: string | undefined): Promise<NoticeFile> {
    const [fault] = findUnstorableTexts({ purpose });
    if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault]);
    const { notice, persons } = await this.database.transaction(principal, (tx) => this.load(tx, entryId));
    if (purpose !== undefined && !mayReadPersons(principal, notice))
      throw new ProblemError('FORBIDDEN', '只有认定单位和信用办可以说明用途后取得含完整身份信息的文书');
    const form: NoticeForm = purpose !== undefined || notice.persons_sealed === null ? 'FULL' : 'MASKED';
    const { content, texts, sha256, made_at: madeAt } = notice;
    const pdf = await renderPaperToBuffer(noticePaperOf({ content, texts, sha256, madeAt, form, persons }));
    const hash = createHash('sha256').update(pdf).digest('base64');
    const row = { entry_id: entryId, form, sha256: hash, purpose: purpose ?? null, actor: principal.id, at: this.clock.now() };
    await this.database.transaction(principal, (tx) => insertRendition(tx, { ...row, department_code: notice.department_code }));
    return { name: `${content.entryNumber}-两书${form === 'MASKED' ? '-脱敏' : ''}.pdf`, pdf, sha256: hash };
  }

  /** The notice of an entry, proved to be what was made. */
  private async load(
    tx: Transaction,
    entryId: string,
  ): Promise<{ notice: StoredNotice; entry: Pick<EntryRow, 'service'>; persons: Record<string, PersonIdentity> }> {
    const entry = await findStored(tx, entryId);
    if (entry === undefined) throw new ProblemError('NOT_FOUND', '没有该名单记录，或不属于本部门');
    const notice = await findNotice(tx, entryId);
    if (notice === undefined) {
      const why = entry.origin === 'CITY' ? '决定签发后生成两书' : '该记录的决定不是本市认定单位在此作出的，两书由作出决定的单位送达';
      throw new ProblemError('NOTICE_NOT_AVAILABLE', `${entry.number}：${why}`);
    }
    const persons: Record<string, PersonIdentity> =
      notice.persons_sealed === null ? {} : JSON.parse(this.personalData.openText(notice.persons_sealed));
    if (this.maker.hashOf(notice.content, notice.texts, persons) !== notice.sha256)
      throw new Error(`the notice of entry ${entryId} is not what was made`);
    return { notice, entry, persons };
  }
}

/** R-8-8: in full on need, logged. The audit looks on, it does not serve. */
function mayReadPersons(principal: Principal, notice: StoredNotice): boolean {
  const isUnit =
    principal.departments.includes(notice.department_code) &&
    principal.roles.some((role) => role === 'DEPT_HANDLER' || role === 'DEPT_APPROVER');
  return isUnit || principal.roles.includes('CREDIT_OFFICE');
}
