import {
  ageOn,
  checkIdentityDocument,
  checkUscc,
  type FieldProblem,
  type IdType,
  isKnownRegion,
  type ListEntryRequest,
  maxParties,
  normaliseOrganisationName,
  normalisePersonName,
  type PartyRole,
  type ProblemCode,
  type SubjectKind,
} from '@lianxin/contracts';
import type { ListDefinition } from './list-definition.rules.ts';

export type OrganisationKind = Exclude<SubjectKind, 'PERSON'>;
/** Who the decision means; codes and numbers are cleaned and have passed their check. */
export type CleanIdentity =
  | { readonly kind: OrganisationKind; readonly name: string; readonly usccCode: string }
  | { readonly kind: 'PERSON'; readonly name: string; readonly idType: IdType; readonly idNumber: string };
/** Whom a record means that has no valid number: nobody yet (R-11-1). Kept sealed as a whole. */
export interface UncertainIdentity {
  readonly kind: SubjectKind;
  readonly name: string;
  readonly uncertain: UncertainClues;
}
export interface UncertainClues extends SubjectClues {
  readonly usccCode?: string | undefined;
  readonly idType?: IdType | undefined;
  /** Masked, or not valid. */
  readonly idNumber?: string | undefined;
}
export type SubjectClues = NonNullable<ListEntryRequest['subject']['clues']>;
export type DesignatedIdentity = CleanIdentity | UncertainIdentity;

export function isUncertain(identity: DesignatedIdentity): identity is UncertainIdentity {
  return 'uncertain' in identity;
}

export type CleanSubject = DesignatedIdentity & { readonly regionCode: string };
export type CleanParty = Extract<CleanIdentity, { kind: 'PERSON' }> & { readonly role: Exclude<PartyRole, 'SUBJECT'> };

/** R-7-1: only persons with full civil capacity are credit subjects (江苏条例 3条). */
export const adultAge = 18;

interface RequestedPerson {
  readonly name: string;
  readonly idType?: IdType | undefined;
  readonly idNumber?: string | undefined;
  readonly usccCode?: string | undefined;
}
/** Who is meant, as a request or a draft says it. */
export interface ClaimedIdentities {
  readonly subject: RequestedPerson & {
    readonly kind: SubjectKind;
    readonly regionCode?: string | undefined;
    readonly toBeMatched?: boolean | undefined;
    readonly clues?: SubjectClues | undefined;
  };
  readonly parties: readonly (RequestedPerson & { readonly role: Exclude<PartyRole, 'SUBJECT'> })[];
  /** A minor is nobody's subject on the day of the decision; of a draft today. */
  readonly decision: { readonly date: string };
}

interface Identities {
  readonly faults: FieldProblem[];
  /** Undefined only beside a fault. */
  readonly subject: CleanSubject | undefined;
  readonly parties: CleanParty[];
}

/** Checks who is to be listed: kind, code or number, name, region, age on the day of the decision, doubles. No detail ever repeats a number. */
export function checkIdentities(request: ClaimedIdentities, definition: ListDefinition | undefined, today: string): Identities {
  const faults: FieldProblem[] = [];
  const add = (pointer: string, code: ProblemCode, detail: string) => void faults.push({ pointer, code, detail });
  const { subject } = request;
  if (definition !== undefined && !definition.subjectKinds.includes(subject.kind))
    add('/subject/kind', 'SUBJECT_KIND_NOT_ALLOWED', `名单 ${definition.code} 适用的主体类型：${definition.subjectKinds.join('、')}`);
  if (subject.regionCode !== undefined && !isKnownRegion(subject.regionCode))
    add('/subject/regionCode', 'VALIDATION_FAILED', '行政区划码不在区划表中，请填写登记地的 6 位区划码或功能区代码');
  if (request.parties.length > maxParties) add('/parties', 'TOO_MANY_PARTIES', `共 ${request.parties.length} 名，最多 ${maxParties} 名`);
  const identity = subject.toBeMatched === true ? uncertainOr(request, today, add) : subjectOf(request, today, add);
  const parties = request.parties.slice(0, maxParties).map((party, index) => {
    const person = personOf(party, `/parties/${index}`, request.decision.date, today, add);
    return person === undefined ? undefined : { ...person, role: party.role };
  });
  addDoubles(parties, add);
  return {
    faults,
    subject: identity === undefined || subject.regionCode === undefined ? undefined : { ...identity, regionCode: subject.regionCode },
    parties: parties.filter((party) => party !== undefined),
  };
}

function subjectOf(request: ClaimedIdentities, today: string, add: AddFault): CleanIdentity | undefined {
  const { subject } = request;
  return subject.kind === 'PERSON' ? personOf(subject, '/subject', request.decision.date, today, add) : organisationOf(request, add);
}

/** Faults of the number that a record to be matched may have; any other fault refuses it like every other. */
const forgiven: readonly ProblemCode[] = ['IDENTIFIER_REQUIRED', 'USCC_INVALID', 'ID_NUMBER_INVALID'];

/** A number that is valid after all is certain; what cannot be read waits for a person. A name without anything beside it means nobody (§11.4 WEAK). */
function uncertainOr(request: ClaimedIdentities, today: string, add: AddFault): DesignatedIdentity | undefined {
  const found: FieldProblem[] = [];
  const identity = subjectOf(request, today, (pointer, code, detail) => void found.push({ pointer, code, detail }));
  for (const { pointer, code, detail } of found) if (!forgiven.includes(code)) add(pointer, code, detail);
  if (identity !== undefined) return identity;
  const { kind, name, usccCode, idType, idNumber, clues } = request.subject;
  const hasClue = idNumber !== undefined || Object.values(clues ?? {}).some((clue) => clue !== undefined);
  if (kind === 'PERSON' && !hasClue) {
    add('/subject/idNumber', 'IDENTIFIER_REQUIRED', '仅有姓名不能比对：请提供脱敏号码，或出生日期、性别、工作单位等线索');
    return undefined;
  }
  return { kind, name, uncertain: { ...clues, usccCode, idType, idNumber } };
}

type AddFault = (pointer: string, code: ProblemCode, detail: string) => void;

function organisationOf(request: ClaimedIdentities, add: AddFault): Extract<CleanIdentity, { kind: OrganisationKind }> | undefined {
  const { kind, name, usccCode, idNumber } = request.subject;
  if (kind === 'PERSON') return undefined;
  if (normaliseOrganisationName(name).key === '') add('/subject/name', 'VALIDATION_FAILED', '名称没有可读的字符');
  if (idNumber !== undefined)
    add('/subject/idNumber', 'VALIDATION_FAILED', '单位只填统一社会信用代码；决定书点名的经营者或负责人请列入 parties');
  if (usccCode === undefined) {
    add('/subject/usccCode', 'IDENTIFIER_REQUIRED', '单位须提供统一社会信用代码');
    return undefined;
  }
  const checked = checkUscc(usccCode, { subjectKind: kind });
  if (checked.ok) return { kind, name, usccCode: checked.code };
  add('/subject/usccCode', 'USCC_INVALID', checked.detailZh);
  return undefined;
}

function personOf(
  person: RequestedPerson,
  pointer: string,
  decisionDate: string,
  today: string,
  add: AddFault,
): Extract<CleanIdentity, { kind: 'PERSON' }> | undefined {
  const { name, idType, idNumber } = person;
  if (normalisePersonName(name).key === '') add(`${pointer}/name`, 'VALIDATION_FAILED', '姓名没有可读的字符');
  if (person.usccCode !== undefined) add(`${pointer}/usccCode`, 'VALIDATION_FAILED', '自然人不填统一社会信用代码');
  if (idType === undefined || idNumber === undefined) {
    add(`${pointer}/${idType === undefined ? 'idType' : 'idNumber'}`, 'IDENTIFIER_REQUIRED', '自然人须提供证件类型和证件号码');
    return undefined;
  }
  const checked = checkIdentityDocument(idType, idNumber, { today });
  if (!checked.ok) {
    add(`${pointer}/idNumber`, 'ID_NUMBER_INVALID', checked.detailZh);
    return undefined;
  }
  if (showsBirthDate(checked.number) && ageOn(checked.number, decisionDate) < adultAge)
    add(`${pointer}/idNumber`, 'SUBJECT_UNDER_AGE', `决定日期 ${decisionDate} 时未满 ${adultAge} 周岁`);
  return { kind: 'PERSON', name, idType, idNumber: checked.number };
}

/** ID cards, residence permits and the permanent resident card of 2023 carry the birth date; of other documents the age is not known here. */
function showsBirthDate(number: string): boolean {
  return /^\d{17}[\dX]$/.test(number);
}

function addDoubles(parties: readonly (CleanParty | undefined)[], add: AddFault): void {
  const seen = new Map<string, number>();
  for (const [index, party] of parties.entries()) {
    if (party === undefined) continue;
    const key = `${party.role} ${party.idType} ${party.idNumber}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else add(`/parties/${index}`, 'DUPLICATE_PARTY', `与第 ${first + 1} 名当事人为同一人且身份相同`);
  }
}
