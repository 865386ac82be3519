/** What the component says, in the two languages of the product. */
export interface EmbedTexts {
  readonly checking: string;
  readonly clean: string;
  readonly slip: (number: string) => string;
  readonly registered: string;
  readonly identity: Readonly<Record<string, string>>;
  readonly indicator: Readonly<Record<'critical' | 'warning' | 'info', string>>;
  readonly basis: string;
  readonly accept: string;
  readonly override: string;
  readonly reason: string;
  readonly comment: string;
  readonly submit: string;
  readonly chooseReason: string;
  readonly fillComment: string;
  readonly decided: Readonly<Record<'accepted' | 'overridden', string>>;
  readonly failed: (detail: string) => string;
  readonly retry: string;
}

export const embedTexts: Readonly<Record<'zh' | 'en', EmbedTexts>> = {
  zh: {
    checking: '正在核查…',
    clean: '未发现与本事项有关的限制或激励',
    slip: (number) => `核查单号 ${number}`,
    registered: '已登记，恢复后自动补查',
    identity: { EXACT: '身份一致', NAME_NOT_GIVEN: '未提供名称', NAME_DIFFERS: '名称不一致', UNKNOWN: '未在册' },
    indicator: { critical: '依法限制', warning: '慎重审查', info: '提示' },
    basis: '依据',
    accept: '采纳所选措施',
    override: '不采纳',
    reason: '不采纳原因',
    comment: '说明',
    submit: '提交',
    chooseReason: '请选择不采纳原因',
    fillComment: '选择“其他”须填写说明',
    decided: { accepted: '已采纳', overridden: '未采纳' },
    failed: (detail) => `核查失败：${detail}`,
    retry: '重试',
  },
  en: {
    checking: 'Checking…',
    clean: 'Nothing restricts or favours this matter',
    slip: (number) => `Slip ${number}`,
    registered: 'Registered; it is checked again by itself',
    identity: { EXACT: 'identity agrees', NAME_NOT_GIVEN: 'no name given', NAME_DIFFERS: 'name differs', UNKNOWN: 'not on record' },
    indicator: { critical: 'Restricted by law', warning: 'Review with care', info: 'Note' },
    basis: 'Basis',
    accept: 'Apply what is ticked',
    override: 'Do not follow',
    reason: 'Reason',
    comment: 'Comment',
    submit: 'Send',
    chooseReason: 'Choose a reason',
    fillComment: '"Other" needs a comment',
    decided: { accepted: 'applied', overridden: 'not followed' },
    failed: (detail) => `The check failed: ${detail}`,
    retry: 'Try again',
  },
};
