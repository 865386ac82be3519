import { addDays, type ListEntryView, type Principal } from '@lianxin/contracts';
import { principalOf, type TestAnswer } from '@lianxin/testing';
import type { ListCity } from './city.ts';
import { nextUscc, today } from './designations.ts';

let serial = 0;

export const wageHandler = principalOf(['DEPT_HANDLER'], ['RSJ'], 'RSJ:handler');
export const wageDrafter = principalOf(['DEPT_HANDLER'], ['RSJ'], 'RSJ:drafter');
export const wageApprover = principalOf(['DEPT_APPROVER'], ['RSJ'], 'RSJ:approver');
export const taxHandler = principalOf(['DEPT_HANDLER'], ['SHUIJ'], 'SHUIJ:handler');
export const taxApprover = principalOf(['DEPT_APPROVER'], ['SHUIJ'], 'SHUIJ:approver');

export const dayMs = 86_400_000;

export function documentOf(name: string, date: string = today) {
  serial++;
  return { name, number: `${name}〔2026〕${serial}号`, date };
}

/** A draft with everything that §2.7 wants before the decision. */
export function draftOf(
  listCode: string,
  changes: Record<string, unknown> = {},
): Record<string, unknown> & { subject: Record<string, unknown> } {
  serial++;
  return {
    listCode,
    sourceRecordId: `draft/${listCode}/${serial}`,
    subject: { kind: 'LEGAL', name: `起草${serial}有限公司`, usccCode: nextUscc(), regionCode: '320706' },
    facts: '合成数据：用于测试的事由',
    basis: [{ document: '示例依据', article: '第1条' }],
    ...changes,
  };
}

export const noticeContent = {
  facts: '拟认定的事由',
  basis: '示例依据第1条',
  measures: '限制参加政府采购等',
  rights: '可以陈述、申辩',
  channel: '示例路1号',
  defenceWorkdays: 5,
};
export const decisionContent = {
  facts: '查明的事实',
  basis: '示例依据第1条',
  measures: '惩戒措施提示',
  removal: '移出条件和程序',
  remedies: '60 日内申请行政复议，6 个月内提起行政诉讼',
};

/** Takes entries through the API step by step. */
export class Steps {
  constructor(
    private readonly lists: ListCity,
    private readonly handler: Principal = wageHandler,
    private readonly approver: Principal = wageApprover,
  ) {}

  act<Body = ListEntryView>(
    entry: { id: string },
    step: string,
    body: unknown,
    principal: Principal = this.handler,
    headers: Record<string, string> = {},
  ): Promise<TestAnswer<Body>> {
    return this.lists.call<Body>(principal, 'POST', `/api/v1/list-entries/${entry.id}/${step}`, body, headers);
  }

  async get(entry: { id: string }): Promise<ListEntryView> {
    return (await this.lists.call<ListEntryView>(this.handler, 'GET', `/api/v1/list-entries/${entry.id}`)).body;
  }

  async drafted(body: unknown): Promise<ListEntryView> {
    return this.must(this.lists.call<ListEntryView>(this.handler, 'POST', '/api/v1/list-entries/drafts', body));
  }

  async submitted(body: unknown): Promise<ListEntryView> {
    const draft = await this.drafted(body);
    return this.must(this.act(draft, 'submit', undefined));
  }

  /** Notice served yesterday, the defence waived today: DESIGNATED. */
  async noticed(body: unknown): Promise<ListEntryView> {
    const entry = await this.submitted(body);
    await this.must(this.act(entry, 'serve-notice', noticeOf(addDays(today, -1))));
    return this.must(this.act(entry, 'waive-defence', { document: documentOf('放弃陈述申辩声明') }));
  }

  async signed(body: unknown): Promise<ListEntryView> {
    const entry = await this.noticed(body);
    await this.must(this.act(entry, 'decide', { ...documentOf('列入决定书'), content: decisionContent }));
    return this.must(this.act(entry, 'approve', { date: today }, this.approver));
  }

  async inForce(body: unknown): Promise<ListEntryView> {
    const entry = await this.signed(body);
    return this.must(this.act(entry, 'serve', { decisionServedOn: today, repairNoticeServedOn: today }));
  }

  async must(answer: Promise<TestAnswer<ListEntryView>>): Promise<ListEntryView> {
    const { status, body } = await answer;
    if (status >= 300) throw new Error(`${status} ${JSON.stringify(body).slice(0, 600)}`);
    return body;
  }
}

export function noticeOf(servedOn: string, changes: Record<string, unknown> = {}) {
  return { document: documentOf('事前告知书', servedOn), servedOn, content: noticeContent, ...changes };
}
