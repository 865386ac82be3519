import {
  beijingDate,
  type EntryStatus,
  type ListType,
  maskIdNumber,
  maskIdNumberCourtStyle,
  type PartyRole,
  type SubjectKind,
} from '@lianxin/contracts';
import type { ListDefinition } from './list-definition.rules.ts';

/** An entry as its publication sees it. */
export interface PublishableEntry {
  readonly status: EntryStatus;
  readonly listType: ListType;
  /** False for a foreign entry without effect here (R-2-16); its own region publishes it. */
  readonly recognised: boolean;
  readonly subjectKind: SubjectKind;
  /** Its last day has passed and nothing else is asked for. */
  readonly termOver: boolean;
  /** An objection to it could be neither confirmed nor refuted: kept with a note, not shown (§6.4). */
  readonly unconfirmed: boolean;
}

/**
 * PUBLISHED: anybody may see it. HIDDEN: in force, but not to be shown (suspended, T14; FOCUS, R-2-5; a person whom no law publishes, R-8-7; a foreign
 * entry without effect). WITHDRAWN: it has left its list, or never was on it (R-7-1a). A fold of the entry's own facts: nothing to be kept in step.
 */
export type PublicationState = 'PUBLISHED' | 'HIDDEN' | 'WITHDRAWN';

export function publicationOf(entry: PublishableEntry, list: Pick<ListDefinition, 'publishPerson'>): PublicationState {
  if ((entry.status !== 'ACTIVE' && entry.status !== 'SUSPENDED') || entry.termOver) return 'WITHDRAWN';
  if (entry.status === 'SUSPENDED' || entry.listType === 'FOCUS' || !entry.recognised || entry.unconfirmed) return 'HIDDEN';
  return entry.subjectKind === 'PERSON' && !list.publishPerson ? 'HIDDEN' : 'PUBLISHED';
}

/** Whether an entry is marked as disputed: the fold of its facts (T13, R-6-5). A repair ends the mark (T17); what comes back is marked anew. */
export function isDisputed(facts: readonly { readonly version: number; readonly transition: string }[]): boolean {
  const marks = facts.filter(({ transition }) => transition === 'T13' || transition === 'T13a' || transition === 'T17');
  return marks.reduce((last, fact) => (fact.version > last.version ? fact : last), { version: 0, transition: '' }).transition === 'T13';
}

/**
 * The day on which an entry came onto its list: its first activation (T12). A revoked repair brings it back for the rest of its term (T23); it was listed
 * when it was listed.
 */
export function listedOnOf(
  facts: readonly { readonly version: number; readonly transition: string; readonly at: Date }[],
): string | undefined {
  const first = facts.filter(({ transition }) => transition === 'T12').sort((a, b) => a.version - b.version)[0];
  return first === undefined ? undefined : beijingDate(first.at);
}

/** Number of a listed person for the public (R-8-8): court style where the list is the courts', the birth date hidden elsewhere. */
export function publicNumberOf(number: string, list: Pick<ListDefinition, 'courtExit'>): string {
  return list.courtExit ? maskIdNumberCourtStyle(number) : maskIdNumber(number);
}

/** Persons named in the entry of an organisation are public only where the list's law orders it; then by full name, never with a number (R-8-8). */
export function publishesParty(
  party: { readonly role: PartyRole; readonly named: boolean; readonly served: boolean },
  listType: ListType,
  list: Pick<ListDefinition, 'publishPerson'>,
): boolean {
  return party.role !== 'SUBJECT' && party.named && party.served && listType === 'BLACK' && list.publishPerson;
}

const labels: Readonly<Record<ListType, { readonly basis: string; readonly listedOn: string }>> = {
  BLACK: { basis: '严重失信主体名单认定依据', listedOn: '列入严重失信主体名单日期' },
  RED: { basis: '守信激励对象名单认定依据', listedOn: '列入守信激励对象名单日期' },
  ABNORMAL: { basis: '列入异常名录依据', listedOn: '列入异常名录日期' },
  FOCUS: { basis: '', listedOn: '' },
};

export interface PublicFacts {
  readonly listType: ListType;
  readonly name: string;
  readonly isPerson: boolean;
  /** Code of an organisation, masked number of a person. */
  readonly identifier: string;
  readonly decision: string;
  /** Citation of the list; only one that is sure is ever shown (domain §0.1). */
  readonly basis: string | null;
  readonly department: string;
  readonly listedOn: string;
  readonly validTo: string | null;
  readonly persons: readonly { readonly role: PartyRole; readonly name: string }[];
}

/** What the parties of an entry are called. */
export const roleLabels: Readonly<Record<PartyRole, string>> = {
  SUBJECT: '主体',
  LEGAL_REPRESENTATIVE: '法定代表人',
  PRINCIPAL: '主要负责人',
  DIRECTLY_RESPONSIBLE: '直接责任人员',
  ACTUAL_CONTROLLER: '实际控制人',
  FINANCIAL_OFFICER: '财务负责人',
  SAFETY_OFFICER: '分管安全负责人',
  PRACTITIONER: '从业人员',
};

/** The lines of an entry under the labels of the public reports (§7.8). */
export function publicLines(facts: PublicFacts): { label: string; value: string }[] {
  const label = labels[facts.listType];
  return [
    { label: facts.isPerson ? '姓名' : '企业名称', value: facts.name },
    { label: facts.isPerson ? '证件号码' : '统一社会信用代码', value: facts.identifier },
    { label: label.basis, value: [facts.basis, facts.decision].filter((part) => part !== null).join('；') },
    { label: '认定部门', value: facts.department },
    { label: label.listedOn, value: facts.listedOn },
    ...(facts.validTo === null ? [] : [{ label: '有效期截止日期', value: facts.validTo }]),
    ...facts.persons.map(({ role, name }) => ({ label: roleLabels[role], value: name })),
  ];
}
