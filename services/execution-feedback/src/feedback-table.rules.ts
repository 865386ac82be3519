import {
  type FeedbackKind,
  type FeedbackRequest,
  feedbackRequestSchema,
  idSchema,
  type NotAppliedReason,
  type ProblemCode,
} from '@lianxin/contracts';

/** Columns of a feedback file: the two by which an exported task is known again, and what is answered. Any order; other columns are left alone. */
export const feedbackColumns = [
  ['id', '任务编号'],
  ['version', '版本'],
  ['kind', '反馈类型'],
  ['measureApplied', '实施措施'],
  ['appliedOn', '实施日期'],
  ['businessMatter', '业务事项'],
  ['documentNo', '文号'],
  ['amount', '金额或数量'],
  ['amountUnit', '单位'],
  ['termFrom', '期限起始日'],
  ['termTo', '期限截止日'],
  ['effect', '效果'],
  ['legalBasis', '法律依据'],
  ['legalArticle', '依据条款'],
  ['handler', '经办人'],
  ['phone', '联系电话'],
  ['notAppliedReason', '未实施原因'],
  ['remark', '说明'],
  ['evidenceIds', '证据编号'],
] as const;
export type FeedbackField = (typeof feedbackColumns)[number][0];

export const kindNames: Readonly<Record<string, FeedbackKind>> = {
  已实施: 'APPLIED',
  触发命中: 'HIT',
  无触发: 'ZERO',
  未实施: 'NOT_APPLIED',
  部分实施: 'PARTIAL',
  已解除: 'LIFTED',
};
export const effectNames: Readonly<Record<string, NonNullable<FeedbackRequest['effect']>>> = {
  限制成功: 'RESTRICTED',
  主体履行义务: 'DUTY_PERFORMED',
  主体申请修复: 'REPAIR_REQUESTED',
  享受便利: 'BENEFIT_ENJOYED',
  其他: 'OTHER',
};
export const reasonNames: Readonly<Record<string, NotAppliedReason>> = {
  无业务关联: 'NO_BUSINESS_RELATION',
  法律依据不足: 'INSUFFICIENT_LEGAL_BASIS',
  主体未发生该业务: 'NO_SUCH_BUSINESS_YET',
  主体已注销: 'SUBJECT_CANCELLED',
  信息有误: 'WRONG_INFORMATION',
  已超期: 'TERM_OVER',
  其他: 'OTHER',
};

/** Where each column stands in a file, or which of the needed ones are missing. */
export function placesOf(
  header: readonly string[],
): { ok: true; places: ReadonlyMap<FeedbackField, number> } | { ok: false; missing: string[] } {
  const places = new Map<FeedbackField, number>();
  for (const [field, titleZh] of feedbackColumns) {
    const place = header.map((cell) => cell.trim().replace(/\*$/u, '')).findIndex((cell) => cell === titleZh || cell === field);
    if (place >= 0) places.set(field, place);
  }
  const missing = feedbackColumns.slice(0, 3).flatMap(([field, titleZh]) => (places.has(field) ? [] : [titleZh]));
  return missing.length > 0 ? { ok: false, missing } : { ok: true, places };
}

/** A row as it is given back: the cells of the known columns, in their order. */
export function cellsOf(cells: readonly string[], places: ReadonlyMap<FeedbackField, number>): string[] {
  return feedbackColumns.map(([field]) => (cells[places.get(field) ?? -1] ?? '').trim().slice(0, 2_000));
}

export type FeedbackRow =
  | { readonly ok: true; readonly taskId: string; readonly version: number; readonly content: Omit<FeedbackRequest, 'clientRef'> }
  | { readonly ok: false; readonly code: ProblemCode; readonly detail: string };

/** Reads one row; undefined where it answers nothing (no kind): a whole queue may come back with a few rows filled in. */
export function readRow(cells: readonly string[]): FeedbackRow | undefined {
  const value = (field: FeedbackField) => {
    const text = cells[feedbackColumns.findIndex(([name]) => name === field)] ?? '';
    return text === '' ? undefined : text;
  };
  const kind = value('kind');
  if (kind === undefined) return undefined;
  const id = idSchema.safeParse(value('id'));
  if (!id.success) return refused('任务编号不是导出文件中的编号');
  const version = value('version') ?? '';
  if (!/^\d{1,9}$/.test(version)) return refused('版本应为导出文件中的数字');
  const reason = value('notAppliedReason');
  const effect = value('effect');
  const date = (field: FeedbackField) => value(field)?.replaceAll('/', '-');
  const content = feedbackRequestSchema.omit({ clientRef: true }).safeParse({
    kind: kindNames[kind] ?? kind,
    measureApplied: value('measureApplied'),
    appliedOn: date('appliedOn'),
    businessMatter: value('businessMatter'),
    documentNo: value('documentNo'),
    ...pairOf(value('amount'), value('amountUnit'), (amount, unit) => ({ amount: { value: Number(amount), unit } })),
    termFrom: date('termFrom'),
    termTo: date('termTo'),
    effect: effect === undefined ? undefined : (effectNames[effect] ?? effect),
    ...pairOf(value('legalBasis'), value('legalArticle'), (document, article) => ({ legalBasisUsed: { document, article } })),
    handler: value('handler'),
    phone: value('phone'),
    notAppliedReason: reason === undefined ? undefined : (reasonNames[reason] ?? reason),
    remark: value('remark'),
    evidenceIds:
      value('evidenceIds')
        ?.split(/[\s,，、;；]+/u)
        .filter((part) => part !== '') ?? [],
  });
  if (content.success) return { ok: true, taskId: id.data, version: Number(version), content: content.data };
  const titles = new Map<string, string>([...feedbackColumns, ['legalBasisUsed', '法律依据']]);
  const wrong = [...new Set(content.error.issues.map((issue) => titles.get(String(issue.path[0])) ?? '反馈'))];
  return refused(`${wrong.join('、')} 填写有误`);
}

/** Two columns that are one field; nothing where both are empty. */
function pairOf<Pair>(
  first: string | undefined,
  second: string | undefined,
  make: (first?: string, second?: string) => Pair,
): Partial<Pair> {
  return first === undefined && second === undefined ? {} : make(first, second);
}

const refused = (detail: string) => ({ ok: false, code: 'VALIDATION_FAILED', detail }) as const;
