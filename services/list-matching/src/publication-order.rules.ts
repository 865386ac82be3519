import type { EntryStatus, FieldProblem, ListType, Origin, Principal, PublicationAction } from '@lianxin/contracts';
import type { PublicationState } from './publication.rules.ts';

/** A channel outside of this system on which entries are published (R-2-11). */
export interface PublicationChannel {
  readonly code: string;
  readonly nameZh: string;
  readonly listTypes: readonly ListType[];
  /** `*`: every list of these types. */
  readonly listCodes: readonly string[];
  /** Who does it there and sends the receipt: the credit centre, or the designating unit. */
  readonly keeper: 'CENTRE' | 'UNIT';
  readonly publishWorkdays: number;
  readonly withdrawWorkdays: number;
  readonly effectiveFrom: string;
  readonly effectiveTo: string | null;
}

/** A channel that is none of the known ones, noted by the unit that published there. */
export const otherPrefix = 'OTHER:';

/** Channels on which an entry of this city is published. What came from above is published there; its own platform takes it down. */
export function channelsOf(
  channels: readonly PublicationChannel[],
  entry: { readonly listCode: string; readonly listType: ListType; readonly origin: Origin },
  today: string,
): PublicationChannel[] {
  if (entry.origin !== 'CITY' && entry.origin !== 'LEGACY') return [];
  return channels.filter(
    (channel) =>
      channel.listTypes.includes(entry.listType) &&
      (channel.listCodes.includes('*') || channel.listCodes.includes(entry.listCode)) &&
      channel.effectiveFrom <= today &&
      (channel.effectiveTo === null || today < channel.effectiveTo),
  );
}

/** The newest order to a channel about an entry, with its receipt if there is one. */
export interface LastOrder {
  readonly action: PublicationAction;
  readonly outcome: 'DONE' | 'REFUSED' | null;
}

/**
 * What is to be asked of a channel now, from where the entry stands and what was asked last; null when nothing. It follows the entry and not the road by
 * which it came there, so that no ground of exit can be forgotten.
 * @param isOtherwise what it shows has been corrected: a channel that shows it, or is about to, is asked to show it as it is now
 * @param wasPublic the entry was in force and public before this step: a channel of which nothing is known here may show it all the same
 */
export function nextAction(
  wanted: PublicationState,
  last: LastOrder | undefined,
  wasPublic: boolean,
  isOtherwise = false,
): PublicationAction | null {
  const isShown = last?.action === 'PUBLISH' && last.outcome !== 'REFUSED';
  switch (wanted) {
    case 'PUBLISHED':
      return last?.action === 'PUBLISH' && !(isOtherwise && last.outcome !== 'REFUSED') ? null : 'PUBLISH';
    case 'HIDDEN':
      return isShown || (last === undefined && wasPublic) ? 'HIDE' : null;
    case 'WITHDRAWN':
      return isShown || last?.action === 'HIDE' || (last === undefined && wasPublic) ? 'WITHDRAW' : null;
  }
}

/** What of a corrected entry the public sees: its end, and who is named (§7.8). */
export function changesWhatIsShown(facts: readonly { readonly detail: Readonly<Record<string, unknown>> }[]): boolean {
  return facts.some(
    ({ detail: { corrected } }) =>
      typeof corrected === 'object' && corrected !== null && ('validTo' in corrected || 'parties' in corrected),
  );
}

/**
 * Whether a correction takes away something that the public sees: an earlier end, or a person who is not named any more. Channels are to show that at
 * once, for what they show is wrong (R-6-7a).
 */
export function takesFromWhatIsShown(facts: readonly { readonly detail: Readonly<Record<string, unknown>> }[]): boolean {
  return facts.some(({ detail }) => {
    const { validTo, parties } = (detail['corrected'] ?? {}) as CorrectedAsShown;
    const isEarlier = validTo !== undefined && validTo.to !== null && (validTo.from === null || validTo.to < validTo.from);
    const isShown = (party: ShownParty | undefined) => party?.named === true && party.served;
    const shownAfter = (id: string) => isShown(parties?.to.find(({ partyId }) => partyId === id));
    return isEarlier || (parties?.from.some((party) => isShown(party) && !shownAfter(party.partyId)) ?? false);
  });
}

interface ShownParty {
  readonly partyId: string;
  readonly named: boolean;
  readonly served: boolean;
}
interface CorrectedAsShown {
  readonly validTo?: { readonly from: string | null; readonly to: string | null };
  readonly parties?: { readonly from: readonly ShownParty[]; readonly to: readonly ShownParty[] };
}

/**
 * Whether an order waits because the replay behind it tells nobody outside (product §A.4, decision 0018): to show more of a punishment. What takes down,
 * hides, corrects what is wrongly shown, or shows an honour that was given back, goes out in every mode.
 */
export function isWithheld(
  action: PublicationAction,
  replayMode: 'none' | 'internal' | 'notify' | null | undefined,
  entry: { readonly listType: ListType; readonly takesAway: boolean },
): boolean {
  const isQuiet = replayMode === 'none' || replayMode === 'internal';
  return isQuiet && action === 'PUBLISH' && entry.listType !== 'RED' && !entry.takesAway;
}

/** Ends after which nothing may stand a day longer than needed: repaired (S6, S7), wrong or without basis (R-6-10), stopped by a court. */
const urgent: readonly EntryStatus[] = ['REPAIRED', 'CORRECTED', 'REVOKED', 'SUSPENDED'];

/** Working days for an order (§2.6, §5.5). */
export function workdaysOf(
  action: PublicationAction,
  status: EntryStatus,
  channel: Pick<PublicationChannel, 'publishWorkdays' | 'withdrawWorkdays'>,
  urgentWorkdays: number,
): number {
  if (action === 'PUBLISH') return channel.publishWorkdays;
  return urgent.includes(status) ? Math.min(urgentWorkdays, channel.withdrawWorkdays) : channel.withdrawWorkdays;
}

/** An order as a receipt meets it. */
export interface OpenOrder {
  readonly action: PublicationAction;
  readonly orderedOn: string;
  /** Something else has been asked of the channel since. */
  readonly superseded: boolean;
  readonly outcome: 'DONE' | 'REFUSED' | null;
  /** It waits and was never asked of the channel. */
  readonly withheld: boolean;
}
export interface Receipt {
  readonly outcome: 'DONE' | 'REFUSED';
  readonly doneOn: string;
  readonly note?: string | undefined;
}

/** Faults of a receipt; a channel may refuse to publish, never to take down. */
export function findReceiptFaults(order: OpenOrder, receipt: Receipt, today: string): FieldProblem[] {
  const faults: FieldProblem[] = [];
  if (order.outcome !== null) faults.push({ pointer: '', code: 'CONFLICT', detail: '该要求已有回执' });
  else if (order.withheld) faults.push({ pointer: '', code: 'CONFLICT', detail: '该要求因回放不对外而暂缓，尚未向渠道提出' });
  else if (order.superseded) faults.push({ pointer: '', code: 'CONFLICT', detail: '该要求已由新的要求替代，请对新的要求回执' });
  if (receipt.doneOn > today) faults.push({ pointer: '/doneOn', code: 'DATE_IN_FUTURE', detail: `日期不能晚于今天（${today}）` });
  if (receipt.doneOn < order.orderedOn)
    faults.push({ pointer: '/doneOn', code: 'DATE_ORDER', detail: `日期早于提出要求的日期（${order.orderedOn}）` });
  if (receipt.outcome === 'REFUSED' && order.action !== 'PUBLISH')
    faults.push({ pointer: '/outcome', code: 'VALIDATION_FAILED', detail: '撤下和隐藏不得拒绝' });
  if (receipt.outcome === 'REFUSED' && receipt.note === undefined)
    faults.push({ pointer: '/note', code: 'REASON_REQUIRED', detail: '拒绝公示须说明理由' });
  return faults;
}

/** Whether a caller may send the receipt of a channel: its keeper; of a channel that the unit noted itself, the unit. */
export function mayConfirm(principal: Principal, channel: string, keeper: 'CENTRE' | 'UNIT' | undefined, departmentCode: string): boolean {
  if (!channel.startsWith(otherPrefix) && keeper === 'CENTRE')
    return principal.roles.some((role) => role === 'CREDIT_OFFICE' || role === 'CREDIT_CENTRE_OPERATOR');
  return (
    principal.departments.includes(departmentCode) && principal.roles.some((role) => role === 'DEPT_HANDLER' || role === 'DEPT_APPROVER')
  );
}
