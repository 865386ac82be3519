import type { CheckIdentity } from '@lianxin/contracts';

/** What the component says, in the two languages of the product. */
export interface EmbedTexts {
  readonly checking: string;
  readonly clean: string;
  readonly slip: (number: string) => string;
  readonly registered: string;
  readonly madeUpFor: string;
  readonly notRegistered: string;
  readonly away: string;
  readonly awayDetail: string;
  readonly who: string;
  readonly unnamed: string;
  readonly at: (time: Date) => string;
  readonly identity: Readonly<Record<CheckIdentity, string>>;
  readonly roles: Readonly<Record<string, string>>;
  readonly look: Readonly<Record<'restricted' | 'review' | 'reward' | 'note' | 'clean' | 'waiting', string>>;
  readonly source: string;
  readonly measures: string;
  readonly basis: string;
  readonly onHold: string;
  readonly accept: string;
  readonly tickOne: string;
  readonly override: string;
  readonly confirmOverride: string;
  readonly again: string;
  readonly reason: string;
  /** Instead of the server's Chinese words; empty where they serve. */
  readonly reasons: Readonly<Record<string, string>>;
  readonly comment: string;
  readonly commentHint: string;
  readonly chooseReason: string;
  readonly fillComment: string;
  readonly decided: Readonly<Record<'accepted' | 'overridden', string>>;
  readonly failed: (detail: string) => string;
  readonly notSent: string;
  readonly retry: string;
}

const inBeijing = (time: Date) =>
  new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'medium', hour12: false }).format(time);

export const embedTexts: Readonly<Record<'zh' | 'en', EmbedTexts>> = {
  zh: {
    checking: '正在核查…',
    clean: '未发现与本事项有关的限制、慎重审查或激励措施。',
    slip: (number) => `核查单号 ${number}`,
    registered: '已登记，恢复后自动补查',
    madeUpFor: '系统已恢复，补查完成',
    notRegistered: '尚未核查',
    away: '核查系统暂时无法连接，本次核查尚未登记',
    awayDetail: '恢复后将自动重新核查，请勿关闭本页；急办件请按应急办法线下核查。',
    who: '核查对象',
    unnamed: '未提供名称',
    at: inBeijing,
    identity: { EXACT: '身份一致', NAME_NOT_GIVEN: '未提供名称，身份待核', NAME_DIFFERS: '名称不一致，身份待核', UNKNOWN: '无记录' },
    roles: { applicant: '申请人', legal_rep: '法定代表人', shareholder: '股东', bidder: '投标人' },
    look: { restricted: '依法限制', review: '慎重审查', reward: '可予激励', note: '提示', clean: '无限制记录', waiting: '待补查' },
    source: '来源',
    measures: '措施',
    basis: '依据',
    onHold: '暂停执行',
    accept: '采纳所选措施',
    tickOne: '请至少勾选一项措施，或选择“不采纳”并说明原因',
    override: '不采纳…',
    confirmOverride: '确认不采纳',
    again: '重新处理',
    reason: '不采纳原因',
    reasons: {},
    comment: '说明',
    commentHint: '选择“其他”时必填；请勿填写证件号码',
    chooseReason: '请选择不采纳原因',
    fillComment: '选择“其他”须填写说明',
    decided: { accepted: '已采纳', overridden: '未采纳' },
    failed: (detail) => `未能完成：${detail}`,
    notSent: '系统暂时无法连接，处理结果尚未送达，请稍后重试',
    retry: '重新核查',
  },
  en: {
    checking: 'Checking…',
    clean: 'Nothing on record restricts this matter, asks for a review or favours it.',
    slip: (number) => `Slip ${number}`,
    registered: 'Registered; it is checked again by itself',
    madeUpFor: 'The system is back; the check has been made up for',
    notRegistered: 'Not checked yet',
    away: 'The system cannot be reached; this check is not registered yet',
    awayDetail: 'It is checked as soon as the system is back; leave this page open. Urgent cases are checked by hand.',
    who: 'Asked about',
    unnamed: 'no name given',
    at: inBeijing,
    identity: {
      EXACT: 'identity agrees',
      NAME_NOT_GIVEN: 'no name given, identity not certain',
      NAME_DIFFERS: 'name differs, identity not certain',
      UNKNOWN: 'not on record',
    },
    roles: { applicant: 'Applicant', legal_rep: 'Legal representative', shareholder: 'Shareholder', bidder: 'Bidder' },
    look: {
      restricted: 'Restricted by law',
      review: 'Review with care',
      reward: 'May be favoured',
      note: 'Note',
      clean: 'No restriction',
      waiting: 'To be checked again',
    },
    source: 'Source',
    measures: 'Measures',
    basis: 'Basis',
    onHold: 'On hold, not to be applied',
    accept: 'Apply what is ticked',
    tickOne: 'Tick at least one measure, or say why none is applied',
    override: 'Do not follow…',
    confirmOverride: 'Confirm',
    again: 'Decide again',
    reason: 'Reason',
    reasons: {
      not_same_subject: 'Verified: not the same subject',
      repaired_pending_sync: 'Repaired, not yet in sync',
      measure_not_applicable: 'The measure does not apply to this matter',
      other: 'Other (comment required)',
    },
    comment: 'Comment',
    commentHint: 'Required for "Other"; no ID numbers, please',
    chooseReason: 'Choose a reason',
    fillComment: '"Other" needs a comment',
    decided: { accepted: 'Applied', overridden: 'Not followed' },
    failed: (detail) => `It could not be done: ${detail}`,
    notSent: 'The system cannot be reached; your decision has not arrived. Please try again later',
    retry: 'Check again',
  },
};
