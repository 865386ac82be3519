import type { SheetTemplate } from '@lianxin/tables';
import { effectNames, type FeedbackField, feedbackColumns, kindNames, reasonNames } from './feedback-table.rules.ts';

/** With which the row of notes begins: it answers nothing. */
export const notesMark = '【填写说明】';

const notes: Readonly<Record<FeedbackField, string>> = {
  id: '导出任务表中的编号，不要改动。',
  version: '导出任务表中的版本，不要改动。',
  kind: '不填的行不计。',
  measureApplied: '实际做了什么，至多 500 字。',
  appliedOn: '不晚于今天，不早于名单生效日。',
  businessMatter: '项目名称、许可事项、招标项目编号等。',
  documentNo: 'C01–C09 类措施反馈已实施、触发命中时必填。',
  amount: '如取消资金 300、减少检查 2；与单位一起填。',
  amountUnit: '如万元、次。',
  termFrom: '限制或激励的起始日。',
  termTo: '限制或激励的截止日。',
  effect: '惩戒措施不填享受便利，激励措施不填限制成功、申请修复。',
  legalBasis: '反馈表单列出的依据文件名称。',
  legalArticle: '如第二十二条。',
  handler: '本部门经办人。',
  phone: '数字和连字符。',
  notAppliedReason: '未实施时必填。',
  remark: '原因为其他时必填。',
  evidenceIds: '先上传文件，多个编号用顿号分开；已实施、触发命中至少一份。',
};

const choicesOf = (names: Readonly<Record<string, string>>) => Object.entries(names).map(([labelZh, code]) => ({ code, labelZh }));
const choices = {
  kind: choicesOf(kindNames),
  effect: choicesOf(effectNames),
  notAppliedReason: choicesOf(reasonNames),
} satisfies Partial<Record<FeedbackField, unknown>>;
type Chosen = keyof typeof choices;

/** The file in which feedback is filled in (§4.6, product §B.6). */
export const feedbackTemplate: SheetTemplate = {
  code: 'feedback',
  titleZh: '反馈表',
  version: 2,
  columns: feedbackColumns.map(([path, titleZh]) => ({
    path,
    titleZh,
    isRequired: path === 'id' || path === 'version' || path === 'kind',
    noteZh: notes[path],
    ...(path in choices ? { choices: choices[path as Chosen] } : {}),
  })),
  examples: [
    {
      id: '0190f0a0-0000-7000-8000-000000000001',
      version: '4',
      kind: '已实施',
      measureApplied: '取消项目申报资格',
      appliedOn: '2026-11-02',
      documentNo: '连财〔2026〕12号',
      amount: '300',
      amountUnit: '万元',
      effect: '限制成功',
      handler: '示例经办人',
      phone: '0518-85800000',
      evidenceIds: '0190f0a0-0000-7000-8000-000000000002',
    },
    { id: '0190f0a0-0000-7000-8000-000000000003', version: '3', kind: '无触发' },
  ],
};
