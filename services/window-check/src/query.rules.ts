import {
  type CheckIdentity,
  type CheckSubject,
  checkIdentityDocument,
  checkUscc,
  type IdType,
  normalisePersonName,
  sameOrganisationName,
} from '@lianxin/contracts';

export interface FieldFault {
  readonly pointer: string;
  readonly code: 'IDENTIFIER_REQUIRED' | 'USCC_INVALID' | 'ID_NUMBER_INVALID';
  readonly detail: string;
}
/** By what a subject is looked up. */
export type Identifier =
  | { readonly kind: 'USCC'; readonly code: string }
  | { readonly kind: 'DOCUMENT'; readonly idType: IdType; readonly number: string };
export interface AskedIdentity {
  readonly identifier: Identifier;
  readonly name: string | undefined;
}

/**
 * What one subject of a request is looked up by. Without code and number nothing is looked up: a name alone finds nobody (R-4-14, §11.4).
 * @param today for the plausibility of a birth date.
 */
export function readIdentifier(
  subject: CheckSubject,
  index: number,
  today: string,
): { ok: true; asked: AskedIdentity } | { ok: false; fault: FieldFault } {
  const at = `/subjects/${index}`;
  const name = subject.name === undefined || subject.name.trim() === '' ? undefined : subject.name;
  if (subject.usccCode !== undefined && subject.usccCode.trim() !== '') {
    const check = checkUscc(subject.usccCode);
    if (!check.ok) return { ok: false, fault: { pointer: `${at}/usccCode`, code: 'USCC_INVALID', detail: check.detailZh } };
    return { ok: true, asked: { identifier: { kind: 'USCC', code: check.code }, name } };
  }
  if (subject.idNo !== undefined && subject.idNo.trim() !== '') {
    const check = checkIdentityDocument(subject.idType, subject.idNo, { today });
    if (!check.ok) return { ok: false, fault: { pointer: `${at}/idNo`, code: 'ID_NUMBER_INVALID', detail: check.detailZh } };
    return { ok: true, asked: { identifier: { kind: 'DOCUMENT', idType: subject.idType, number: check.number }, name } };
  }
  const detail = '须提供统一社会信用代码或证件号码；仅凭名称不作比对';
  return { ok: false, fault: { pointer: `${at}/usccCode`, code: 'IDENTIFIER_REQUIRED', detail } };
}

/** How sure it is that the subject found is the one meant: the number and the name must both agree (§11.3, §11.4). */
export function identityOf(asked: AskedIdentity, registered: { kind: string; name: string } | undefined): CheckIdentity {
  if (registered === undefined) return 'UNKNOWN';
  if (asked.name === undefined) return 'NAME_NOT_GIVEN';
  if (asked.identifier.kind === 'USCC') return sameOrganisationName(asked.name, registered.name) === 'DIFFERENT' ? 'NAME_DIFFERS' : 'EXACT';
  const given = normalisePersonName(asked.name);
  const known = normalisePersonName(registered.name);
  const isReadable = ![...given.flags, ...known.flags].includes('UNREADABLE_CHARACTER');
  return given.key !== '' && given.key === known.key && isReadable ? 'EXACT' : 'NAME_DIFFERS';
}
