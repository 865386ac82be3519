import { type Principal, ProblemError } from '@lianxin/contracts';
import { renderPaperToBuffer } from '@lianxin/documents';
import { Database, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { findDepartmentNames } from './department.store.ts';
import { endedAccessOf, mayReadEntry } from './ended-entry.rules.ts';
import { type ExitNotice, exitFactOf, exitNoticeOf } from './exit-notice.rules.ts';
import { getDefinition } from './list-definition.store.ts';
import { decisionOf, type EntryRow, type FactRow, findEntries, findFacts } from './list-entry.store.ts';
import { shownName } from './list-entry.view.ts';
import { publicationOf } from './publication.rules.ts';
import { findOrdersOfEntries } from './publication-order.store.ts';
import { keeperOf, stateOf } from './publication-order.view.ts';
import { findSubjects } from './subject.store.ts';

export interface ExitNoticeView extends ExitNotice {
  readonly entryId: string;
  readonly entryNumber: string;
  readonly listCode: string;
  readonly department: string;
  readonly subject: { readonly name: string; readonly usccCode: string | null; readonly idMasked: string | null };
}

/** The exit notice of an entry that was public (R-2-11): drawn from its facts, so the same whenever it is asked for. */
@Injectable()
export class ExitNoticeService {
  constructor(private readonly database: Database) {}

  /** @throws ProblemError NOT_FOUND, NOTICE_NOT_AVAILABLE */
  view(principal: Principal, entryId: string): Promise<ExitNoticeView> {
    return this.database.transaction(principal, async (tx) => (await this.load(tx, principal, entryId)).view);
  }

  async file(principal: Principal, entryId: string): Promise<{ name: string; pdf: Buffer }> {
    const { view, departmentName, at } = await this.database.transaction(principal, (tx) => this.load(tx, principal, entryId));
    const { subject } = view;
    const code = subject.usccCode === null ? `证件号码 ${subject.idMasked ?? ''}` : `统一社会信用代码 ${subject.usccCode}`;
    const pdf = await renderPaperToBuffer({
      title: view.title,
      footer: `记录 ${view.entryNumber}`,
      madeAt: at,
      blocks: [
        {
          kind: 'fields',
          fields: [
            ['主体', `${subject.name}　${code}`],
            ['移出日期', view.exitedOn],
            ['移出原因', view.reason],
            ...(view.documentNo === null ? [] : [['文书号', view.documentNo] as const]),
          ],
        },
        { kind: 'paragraph', text: view.text, indent: true },
        { kind: 'paragraph', text: '原公示本信息的渠道应当同步撤下，不得继续公示。', indent: true },
        { kind: 'signature', signer: departmentName, date: view.exitedOn },
      ],
    });
    return { name: `${view.entryNumber}-移出公告.pdf`, pdf };
  }

  private async load(
    tx: Transaction,
    principal: Principal,
    entryId: string,
  ): Promise<{ view: ExitNoticeView; departmentName: string; at: Date }> {
    const [row] = await findEntries(tx, [entryId]);
    if (row === undefined || !(await this.mayRead(tx, principal, row)))
      throw new ProblemError('NOT_FOUND', '没有该名单记录，或不属于本部门');
    const [subject] = await findSubjects(tx, [row.subject_id]);
    if (subject === undefined) throw new Error('an entry without a subject');
    const list = await getDefinition(tx, row.list_code, row.list_version);
    const seen = {
      listType: row.list_type,
      recognised: row.recognised ?? true,
      subjectKind: subject.kind,
      termOver: false,
      unconfirmed: false,
    } as const;
    const fact = exitFactOf<FactRow>(await findFacts(tx, [entryId]));
    if (fact === undefined || row.activated_on === null || publicationOf({ ...seen, status: 'ACTIVE' }, list) !== 'PUBLISHED')
      throw new ProblemError('NOTICE_NOT_AVAILABLE', `${row.number}：只有公示过、已移出名单的记录有移出公告`);
    const names = await findDepartmentNames(tx, [row.department_code]);
    const departmentName = names.get(row.department_code) ?? row.department_code;
    const entry = {
      listName: list.nameZh,
      listType: row.list_type,
      departmentName,
      subjectName: shownName(subject),
      decision: decisionOf(row),
    };
    const view = {
      ...exitNoticeOf(entry, fact),
      entryId,
      entryNumber: row.number,
      listCode: row.list_code,
      department: row.department_code,
      subject: { name: shownName(subject), usccCode: subject.uscc_code, idMasked: subject.id_masked },
    };
    return { view, departmentName, at: fact.at };
  }

  /** R-7-1a; the centre as long as its own channel still shows the entry, for there the notice is to stand. */
  private async mayRead(tx: Transaction, principal: Principal, row: EntryRow): Promise<boolean> {
    const access = endedAccessOf(principal);
    if (mayReadEntry(access, row)) return true;
    if (!access.fromAbove) return false;
    const orders = await findOrdersOfEntries(tx, [row.id]);
    return orders.some((order) => order.action === 'WITHDRAW' && stateOf(order) === 'OPEN' && keeperOf(order.channel) === 'CENTRE');
  }
}
