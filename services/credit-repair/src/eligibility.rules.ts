import { addMonths, type Grade, type ListType, type PenaltyCategory, type PenaltyField } from '@lianxin/contracts';
import { type Bar, barsOf, describeBar } from './non-repairable.rules.ts';
import { bestSpan, type Span, spansOf } from './period.rules.ts';
import { findListRule, type ItemKind, type ListExitRule, type RepairPolicy } from './policy.rules.ts';

/** A record as the rules of repair see it. */
export interface RepairItem {
  readonly id: string;
  readonly kind: ItemKind;
  readonly number: string;
  readonly departmentCode: string;
  /** LIVE: public or in force. SUSPENDED: stopped by a court or a bankruptcy. ENDED: over by whatever road. UNKNOWN: not in force yet. */
  readonly state: 'LIVE' | 'SUSPENDED' | 'ENDED' | 'UNKNOWN';
  readonly endGround: string | null;
  readonly listCode: string | null;
  readonly listType: ListType | null;
  readonly grade: Grade | null;
  readonly categories: readonly PenaltyCategory[];
  readonly fields: readonly PenaltyField[];
  readonly decidedOn: string;
  /** First day of publicity or of being in force. */
  readonly publicFrom: string;
  /** Last day of the term of an entry, or of the publicity that the department announced. */
  readonly termEnd: string | null;
  /** Another region designated it (R-2-16). */
  readonly originRegion: string | null;
}

/** What is known beside the record itself. */
export interface Knowledge {
  /** Act corrected and duty fully performed on this day. */
  readonly dutiesPerformedOn: string | null;
  readonly hasCommitment: boolean;
  /** Codes of `non-repairable` that the competent unit has asserted with a document. */
  readonly assertedBars: readonly string[];
  /** Number of the penalty on which an entry rests, where that was revoked or changed. */
  readonly basisWithdrawn: string | null;
  readonly openRepair: string | null;
  /** No repair before this day because an earlier one was got by fraud (R-5-13). */
  readonly fraudUntil: string | null;
}

export type Outcome =
  | 'ELIGIBLE'
  | 'NOT_YET'
  | 'TERM_ONLY'
  | 'NOT_REPAIRABLE'
  | 'OWN_EXIT_RULE'
  | 'BASIS_REVOKED'
  | 'FOREIGN'
  | 'ENDED'
  | 'NOT_COVERED';
export type Missing = 'PERIOD' | 'DUTIES' | 'COMMITMENT' | 'FRAUD_BLOCK';

export interface Eligibility {
  readonly outcome: Outcome;
  /** First day on which an application is possible; null where it depends on a correction that has not been made, or never comes. */
  readonly earliestOn: string | null;
  /** Day on which publicity ends by itself (R-5-5). */
  readonly endsOn: string | null;
  readonly missing: readonly Missing[];
  /** Regime whose period counts: `REG58`, `REG36`, or `LIST` for the list's own rule. */
  readonly regime: string | null;
  readonly clause: string;
  /** What the subject is told, in one sentence. */
  readonly textZh: string;
  /** Bars that would stand if the competent unit asserted them, each with its citation. */
  readonly caveats: readonly string[];
  /** An application for it is under way. */
  readonly openRepair: string | null;
}

/** Whether and from when a record can be repaired, and what is still missing (§5.2–§5.6). Every answer names its clause. */
export function eligibilityOf(policy: RepairPolicy, item: RepairItem, known: Knowledge, today: string): Eligibility {
  const closed = closedRoad(policy, item, known, today);
  if (closed !== undefined) return { ...closed, openRepair: known.openRepair };
  const listRule = item.listCode === null ? undefined : findListRule(policy, item.listCode, today);
  const bars = barsOf(policy, item, known.assertedBars);
  const span = spanOf(policy, item, listRule, known, today);
  const barred = bars.find((bar) => bar.rule.effect === 'AFTER_MONTHS');
  const earliest = latest([
    span.earliestOn,
    barred === undefined ? null : addMonths(item.decidedOn, barred.rule.months ?? 0),
    known.fraudUntil !== null && known.fraudUntil > today ? known.fraudUntil : null,
  ]);
  const waitsForCorrection = span.earliestOn === null;
  const needs = { duties: listRule?.needsDuties ?? true, commitment: listRule?.needsCommitment ?? true };
  const missing: Missing[] = [
    ...(waitsForCorrection || (earliest !== null && earliest > today) ? (['PERIOD'] as const) : []),
    ...(needs.duties && (known.dutiesPerformedOn === null || known.dutiesPerformedOn > today) ? (['DUTIES'] as const) : []),
    ...(needs.commitment && !known.hasCommitment ? (['COMMITMENT'] as const) : []),
    ...(known.fraudUntil !== null && known.fraudUntil > today ? (['FRAUD_BLOCK'] as const) : []),
  ].filter((code) => !(code === 'PERIOD' && waitsForCorrection && span.months === 0));
  const earliestOn = waitsForCorrection ? null : earliest;
  return {
    outcome: missing.length === 0 ? 'ELIGIBLE' : 'NOT_YET',
    earliestOn,
    endsOn: span.endsOn,
    missing,
    regime: span.regime,
    clause: barred === undefined ? span.clause : `${span.clause}；${barred.rule.citation}`,
    textZh: textOf(earliestOn, span, missing, today),
    caveats: barsOf(policy, item, 'ALL')
      .filter((bar) => bar.rule.asserted)
      .map(describeBar),
    openRepair: known.openRepair,
  };
}

type Closed = Omit<Eligibility, 'openRepair'>;

/** Roads other than repair: over, revoked at its root, foreign, a court's, or ended by its term alone. */
function closedRoad(policy: RepairPolicy, item: RepairItem, known: Knowledge, today: string): Closed | undefined {
  const answer = (outcome: Outcome, clause: string, textZh: string, endsOn: string | null = item.termEnd): Closed => {
    return { outcome, earliestOn: null, endsOn, missing: [], regime: null, clause, textZh, caveats: [] };
  };
  if (item.state === 'ENDED' && (item.endGround === 'DECISION_REVOKED' || item.endGround === 'BASIS_REVOKED'))
    return answer('ENDED', '行政处罚法第四十八条；T19', '原决定已被撤销，记录已撤回，无需信用修复');
  if (item.state === 'ENDED') return answer('ENDED', 'R-2-11', '该记录已退出或停止公示，无需信用修复');
  if (item.state === 'UNKNOWN') return answer('NOT_COVERED', 'R-5-3', '该记录尚未生效或未公示，不适用信用修复');
  if (item.listType === 'RED') return answer('NOT_COVERED', 'R-5-3', '守信激励名单不是失信信息，不适用信用修复');
  if (known.basisWithdrawn !== null)
    return answer(
      'BASIS_REVOKED',
      'T19；行政处罚法第四十八条',
      `所依据的处罚 ${known.basisWithdrawn} 已被撤销或变更：请认定部门撤销该名单记录，三个工作日内撤回，无需信用修复`,
    );
  if (item.originRegion !== null) return answer('FOREIGN', 'R-2-16', `该记录由外地（${item.originRegion}）认定，请向认定单位申请修复`);
  const rule = item.listCode === null ? undefined : findListRule(policy, item.listCode, today);
  if (rule?.mode === 'OWN_EXIT') return answer('OWN_EXIT_RULE', rule.clause, rule.routeZh);
  return barredRoad(barsOf(policy, item, known.assertedBars), rule, item, answer);
}

function barredRoad(
  bars: readonly Bar[],
  rule: ListExitRule | undefined,
  item: RepairItem,
  answer: (outcome: Outcome, clause: string, textZh: string, endsOn?: string | null) => Closed,
): Closed | undefined {
  const never = bars.find((bar) => bar.rule.effect === 'NEVER');
  if (never !== undefined) return answer('NOT_REPAIRABLE', never.rule.citation, `不予修复：${describeBar(never)}`, null);
  const until = bars.find((bar) => bar.rule.effect === 'UNTIL_TERM');
  if (until === undefined && rule?.mode !== 'TERM_ONLY') return undefined;
  const ends = item.termEnd === null ? '期满后自动退出' : `${item.termEnd} 期满后自动退出`;
  const why = until === undefined ? '' : `（${until.rule.nameZh}）`;
  return answer('TERM_ONLY', until?.rule.citation ?? rule?.clause ?? '', `依法不得提前修复${why}，${ends}`);
}

interface CountedSpan extends Span {
  readonly months: number;
}

/** R-5-3a: the list's own law first; §5.2 only where that is silent. */
function spanOf(policy: RepairPolicy, item: RepairItem, rule: ListExitRule | undefined, known: Knowledge, today: string): CountedSpan {
  if (item.kind === 'ABNORMAL')
    return ownSpan(findListRule(policy, 'AB-MKT', today) ?? rule, item, known) ?? { ...bestSpan(spansOf(policy, item, today)), months: 0 };
  const own = ownSpan(rule, item, known);
  if (own !== undefined) return own;
  const best = bestSpan(spansOf(policy, item, today));
  return {
    ...best,
    endsOn: item.kind === 'PENALTY' ? earlier(item.termEnd, best.endsOn) : (item.termEnd ?? best.endsOn),
    months: best.minMonths,
  };
}

function ownSpan(rule: ListExitRule | undefined, item: RepairItem, known: Knowledge): CountedSpan | undefined {
  if (rule === undefined || rule.minMonths === null) return undefined;
  const start = rule.periodStart === 'CORRECTION' ? known.dutiesPerformedOn : item.publicFrom;
  return {
    regime: 'LIST',
    clause: rule.clause,
    minMonths: rule.minMonths,
    earliestOn: start === null ? null : addMonths(start, rule.minMonths),
    endsOn: item.termEnd,
    grade: item.grade ?? 'GENERAL',
    extensionClause: null,
    months: rule.minMonths,
  };
}

const missingZh: Readonly<Record<Missing, string>> = {
  PERIOD: '最短公示期未满',
  DUTIES: '违法失信行为已纠正、义务已全部履行的证明',
  COMMITMENT: '信用承诺书',
  FRAUD_BLOCK: '因此前以虚假材料修复，尚在不受理期',
};

function textOf(earliestOn: string | null, span: CountedSpan, missing: readonly Missing[], today: string): string {
  const when =
    earliestOn === null
      ? span.months === 0
        ? '改正后即可申请'
        : `改正之日起满 ${span.months} 个月后可以申请`
      : earliestOn <= today
        ? '现在可以申请'
        : `最早可申请日 ${earliestOn}`;
  const lacking = missing.filter((code) => code !== 'PERIOD').map((code) => missingZh[code]);
  return lacking.length === 0 ? when : `${when}；还差：${lacking.join('、')}`;
}

/** R-5-5: what a department announces ends at the latest with the maximum of the law. */
function earlier(announced: string | null, maximum: string | null): string | null {
  return announced === null || (maximum !== null && maximum < announced) ? maximum : announced;
}

/** The latest of these days; null where none is known. */
function latest(days: readonly (string | null)[]): string | null {
  return days.reduce<string | null>((last, day) => (day !== null && (last === null || day > last) ? day : last), null);
}
