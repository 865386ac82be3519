import type { CheckCard, CheckFeedback, FieldProblem, OverrideReason } from '@lianxin/contracts';
import { withoutPersonalNumbers } from './free-text.rules.ts';

/** A card with what its events need. */
export interface KeptCard {
  readonly card: CheckCard;
  readonly subjectId: string;
  readonly planId: string;
  readonly planVersion: number;
  readonly key: string;
  /** False: no measure of it may be applied; true: those that are not on hold. Left out in checks of before. */
  readonly mayApply?: boolean;
}

/** One prompt and what the clerk made of it. */
export interface CardDecision {
  readonly kept: KeptCard;
  readonly outcome: 'accepted' | 'overridden';
  readonly appliedMeasureCodes: readonly string[];
  readonly reason: OverrideReason | null;
  readonly comment: string | null;
  readonly decidedAt: Date;
}
export type DecisionsRead =
  | { readonly ok: true; readonly decisions: readonly CardDecision[] }
  | { readonly ok: false; readonly faults: readonly FieldProblem[] };

/** What the clerk may say about the cards of a check (product §B.9): an override of what restricts needs a coded reason, "other" also a comment. */
export function readDecisions(cards: readonly KeptCard[], feedback: CheckFeedback, now: Date): DecisionsRead {
  const faults: FieldProblem[] = [];
  const add = (pointer: string, detail: string) => void faults.push({ pointer, code: 'VALIDATION_FAILED', detail });
  const byId = new Map(cards.map((kept) => [kept.card.uuid, kept]));
  const seen = new Set<string>();
  const decisions = feedback.feedback.flatMap((one, index): CardDecision[] => {
    const at = `/feedback/${index}`;
    const kept = byId.get(one.card);
    if (kept === undefined) return refuse(() => add(`${at}/card`, '本次核查没有该提示卡'));
    if (seen.has(one.card)) return refuse(() => add(`${at}/card`, '同一提示卡只能处理一次'));
    seen.add(one.card);
    const decidedAt = one.outcomeTimestamp === undefined ? now : new Date(one.outcomeTimestamp);
    if (decidedAt > now) add(`${at}/outcomeTimestamp`, '处理时间不能晚于现在');
    const common = { kept, outcome: one.outcome, decidedAt };
    if (one.outcome === 'overridden') {
      const restricts = kept.card.indicator !== 'info';
      if (restricts && one.overrideReason === undefined) add(`${at}/overrideReason`, '不采纳限制类提示须选择原因');
      if (one.overrideReason?.code === 'other' && one.overrideReason.comment === undefined)
        add(`${at}/overrideReason/comment`, '选择“其他”须填写说明');
      if (one.acceptedMeasures !== undefined && one.acceptedMeasures.length > 0) add(`${at}/acceptedMeasures`, '不采纳时不能同时采纳措施');
      return [
        { ...common, appliedMeasureCodes: [], reason: one.overrideReason?.code ?? null, comment: commentOf(one.overrideReason?.comment) },
      ];
    }
    const applied = readMeasures(kept, one.acceptedMeasures, (detail) => add(`${at}/acceptedMeasures`, detail));
    if (one.overrideReason !== undefined) add(`${at}/overrideReason`, '采纳时不填不采纳原因');
    return [{ ...common, appliedMeasureCodes: applied, reason: null, comment: null }];
  });
  return faults.length === 0 ? { ok: true, decisions } : { ok: false, faults };
}

/**
 * The measures of a card that is followed: those that the clerk names, or all that run. What is on hold is applied by nobody, also not where the rest of its
 * card goes on (§4.3, R-6-4); nor is what may have been.
 */
function readMeasures(kept: KeptCard, named: readonly string[] | undefined, add: (detail: string) => void): readonly string[] {
  const offered = kept.card.suggestions.map((suggestion) => suggestion.measureId);
  const codesOf = (standing: SuggestionStanding) =>
    kept.card.suggestions.filter((suggestion) => standingOfSuggestion(kept, suggestion) === standing).map(({ measureId }) => measureId);
  const [running, held, untold] = [codesOf('RUNS'), codesOf('HELD'), codesOf('UNTOLD')];
  const applied = named ?? running;
  const foreign = applied.filter((code) => !offered.includes(code));
  if (foreign.length > 0) add(`提示卡没有这些措施：${foreign.join('、')}`);
  // Who follows a card of which nothing runs asks for what is held.
  const asked = named ?? (running.length === 0 ? offered : running);
  const heldButAsked = asked.filter((code) => held.includes(code));
  const untoldButAsked = asked.filter((code) => untold.includes(code));
  if (kept.mayApply === false) {
    if ((named ?? offered).length > 0) add('暂停执行或身份待核的提示不得据以采取措施');
  } else if (heldButAsked.length > 0) add(`${heldButAsked.join('、')} 正在暂停执行，不得采取；请去掉后重新提交，恢复执行后须重新核查`);
  else if (untoldButAsked.length > 0)
    add(`该核查未记明 ${untoldButAsked.join('、')} 是否暂停执行，不得据以采取；请重新核查后按新的提示处理`);
  return applied;
}

type SuggestionStanding = 'RUNS' | 'HELD' | 'UNTOLD';

/**
 * Whether a measure was on hold when its card was made. Checks of before do not say of each: what then restricted or rewarded ran, for from a hold a prompt is
 * information only (§4.3), and of a card that is information only they said it for the whole. Of the rest nobody can tell now.
 */
function standingOfSuggestion({ card, mayApply }: KeptCard, { isHeld, level }: CheckCard['suggestions'][number]): SuggestionStanding {
  if (isHeld !== undefined) return isHeld ? 'HELD' : 'RUNS';
  if (level !== 'INFO') return 'RUNS';
  return mayApply === true && card.suggestions.every((other) => other.level === 'INFO') ? 'RUNS' : 'UNTOLD';
}

const commentOf = (typed: string | undefined) => (typed === undefined ? null : withoutPersonalNumbers(typed));

function refuse(tell: () => void): [] {
  tell();
  return [];
}
