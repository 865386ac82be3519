import {
  checkIdentityDocument,
  checkOrganisationCode,
  checkUscc,
  type FieldProblem,
  type IdType,
  isKnownRegion,
  normaliseOrganisationName,
  normalisePersonName,
  type ProblemCode,
  type RegisterChange,
  sameOrganisationName,
} from '@lianxin/contracts';
import type { FormerName, SubjectCodes, SubjectPatch, SubjectState } from './register.rules.ts';
import { wasInUse } from './register.rules.ts';

export type CleanChange = RegisterChange & {
  /** Codes and numbers after their checks. */
  readonly clean: {
    readonly usccCode: string | null;
    readonly document: { readonly idType: IdType; readonly idNumber: string } | null;
    readonly representative: { readonly name: string; readonly idType?: IdType; readonly idNumber?: string } | null;
    readonly codes: SubjectCodes;
  };
};
export type ChangeCheck =
  | { readonly ok: true; readonly change: CleanChange }
  | { readonly ok: false; readonly faults: readonly FieldProblem[] };

/** Checks a register row by itself: valid numbers, real dates, no future. No detail repeats a number. */
export function checkChange(change: RegisterChange, today: string): ChangeCheck {
  const faults: FieldProblem[] = [];
  const add = (pointer: string, code: ProblemCode, detail: string) => void faults.push({ pointer, code, detail });
  const isPerson = change.kind === 'PERSON';
  if (change.effectiveOn > today) add('/effectiveOn', 'DATE_IN_FUTURE', `日期不能晚于今天（${today}）`);
  if (change.regionCode !== undefined && !isKnownRegion(change.regionCode))
    add('/regionCode', 'VALIDATION_FAILED', '行政区划码不在区划表中');
  const key = isPerson ? normalisePersonName(change.name).key : normaliseOrganisationName(change.name).key;
  if (key === '') add('/name', 'VALIDATION_FAILED', '名称没有可读的字符');
  if (isPerson && change.status !== undefined && change.status !== 'NORMAL' && change.status !== 'DEAD')
    add('/status', 'VALIDATION_FAILED', '自然人的状态只有 NORMAL 与 DEAD');
  if (!isPerson && change.status === 'DEAD') add('/status', 'VALIDATION_FAILED', '单位注销请用 DEREGISTERED，吊销请用 REVOKED');
  for (const [index, former] of (change.formerNames ?? []).entries())
    if (former.from !== undefined && former.to !== undefined && former.from > former.to)
      add(`/formerNames/${index}`, 'DATE_ORDER', '启用日期晚于停用日期');
  const usccCode = isPerson ? null : cleanCode(change, add);
  const document = isPerson ? cleanDocument(change, today, add) : null;
  const representative = cleanRepresentative(change, today, add);
  const codes = cleanCodes(change, add);
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, change: { ...change, clean: { usccCode, document, representative, codes } } };
}

type Add = (pointer: string, code: ProblemCode, detail: string) => void;

function cleanCode(change: RegisterChange, add: Add): string | null {
  if (change.usccCode === undefined) {
    add('/usccCode', 'IDENTIFIER_REQUIRED', '单位须提供统一社会信用代码');
    return null;
  }
  const checked = checkUscc(change.usccCode, change.kind === 'PERSON' ? {} : { subjectKind: change.kind });
  if (checked.ok) return checked.code;
  add('/usccCode', 'USCC_INVALID', checked.detailZh);
  return null;
}

function cleanDocument(change: RegisterChange, today: string, add: Add): CleanChange['clean']['document'] {
  if (change.idType === undefined || change.idNumber === undefined) {
    add('/idNumber', 'IDENTIFIER_REQUIRED', '自然人须提供证件类型和证件号码');
    return null;
  }
  const checked = checkIdentityDocument(change.idType, change.idNumber, { today });
  if (checked.ok) return { idType: change.idType, idNumber: checked.number };
  add('/idNumber', 'ID_NUMBER_INVALID', checked.detailZh);
  return null;
}

function cleanRepresentative(change: RegisterChange, today: string, add: Add): CleanChange['clean']['representative'] {
  const given = change.legalRepresentative;
  if (given === undefined) return null;
  if (normalisePersonName(given.name).key === '') add('/legalRepresentative/name', 'VALIDATION_FAILED', '姓名没有可读的字符');
  if (given.idType === undefined || given.idNumber === undefined) return { name: given.name };
  const checked = checkIdentityDocument(given.idType, given.idNumber, { today });
  if (checked.ok) return { name: given.name, idType: given.idType, idNumber: checked.number };
  add('/legalRepresentative/idNumber', 'ID_NUMBER_INVALID', checked.detailZh);
  return null;
}

function cleanCodes(change: RegisterChange, add: Add): SubjectCodes {
  const { organisationCode, registrationNo, taxNo } = change;
  const checked = organisationCode === undefined ? undefined : checkOrganisationCode(organisationCode);
  if (checked?.ok === false) add('/organisationCode', 'VALIDATION_FAILED', checked.detailZh);
  return {
    ...(checked?.ok === true ? { organisationCode: checked.code } : {}),
    ...(registrationNo === undefined ? {} : { registrationNo: registrationNo.toUpperCase() }),
    ...(taxNo === undefined ? {} : { taxNo: taxNo.toUpperCase() }),
  };
}

/** What is known of the subject, readable: only in memory. */
export interface KnownSubject {
  readonly state: SubjectState;
  readonly provisional: boolean;
  /** An organisation's name, or a person's unsealed. */
  readonly name: string;
  readonly representativeName: string | null;
}

export type ChangeDecision =
  | { readonly what: 'UNCHANGED' }
  /** R-11-1a: a decision listed this number under another name; nothing is changed until a person has looked. */
  | { readonly what: 'CONFLICT' }
  | { readonly what: 'CHANGED' | 'RENAMED'; readonly patch: SubjectPatch; readonly renamed: boolean; readonly newRepresentative: boolean };

/**
 * What a register row changes of a subject that is known. The register may rename whom it has registered itself; a name that came from a decision
 * and is neither the row's nor one of its former names is a conflict.
 * @param sameName how two names of this kind compare
 */
export function decideChange(known: KnownSubject, change: CleanChange, sameName: (a: string, b: string) => boolean): ChangeDecision {
  const isSame = sameName(known.name, change.name);
  const wasCalledSo = (change.formerNames ?? []).some((former) => sameName(former.name, known.name));
  if (known.provisional && !isSame && !wasCalledSo) return { what: 'CONFLICT' };
  const { state } = known;
  const isPerson = change.kind === 'PERSON';
  // Only ways of writing differ: the register's own is taken, and no former name is made of it.
  const renamed = known.name !== change.name;
  const representative = change.clean.representative;
  const newRepresentative = representative !== null && representative.name !== known.representativeName;
  const patch: SubjectPatch = {
    ...(renamed && !isPerson ? { name: change.name } : {}),
    ...differing('regionCode', change.regionCode, state.regionCode),
    ...(isPerson ? {} : differing('address', change.address, state.address)),
    ...differing('establishedOn', change.establishedOn, state.establishedOn),
    ...differing('status', change.status, state.status),
    ...codesPatch(change.clean.codes, state.codes),
    ...(isPerson ? {} : formerPatch(change, state.formerNames)),
  };
  if (Object.keys(patch).length === 0 && !renamed && !newRepresentative) return { what: 'UNCHANGED' };
  return { what: renamed && !isSame ? 'RENAMED' : 'CHANGED', patch, renamed, newRepresentative };
}

function differing<Key extends keyof SubjectPatch>(key: Key, given: SubjectPatch[Key] | undefined, known: unknown): SubjectPatch {
  return given === undefined || given === known ? {} : { [key]: given };
}

function codesPatch(given: SubjectCodes, known: SubjectCodes): SubjectPatch {
  const fresh = Object.entries(given).filter(([key, value]) => known[key as keyof SubjectCodes] !== value);
  return fresh.length === 0 ? {} : { codes: Object.fromEntries(fresh) };
}

function formerPatch(change: RegisterChange, known: readonly FormerName[]): SubjectPatch {
  const given = formerNamesOf(change).filter(
    (name) => !known.some((other) => other.name === name.name && other.from === name.from && other.to === name.to),
  );
  return given.length === 0 ? {} : { formerNames: given };
}

export function formerNamesOf(change: Pick<RegisterChange, 'formerNames'>): FormerName[] {
  return (change.formerNames ?? []).map(({ name, from, to }) => ({ name, from: from ?? null, to: to ?? null }));
}

/** Names of an organisation that counted on a day: the one in force and those that were in use. */
export function namesOn(state: Pick<SubjectState, 'name' | 'formerNames'>, day: string): string[] {
  return [
    ...(state.name === null ? [] : [state.name]),
    ...state.formerNames.filter((name) => wasInUse(name, day)).map((name) => name.name),
  ];
}

export function sameOrganisation(a: string, b: string): boolean {
  return sameOrganisationName(a, b) !== 'DIFFERENT';
}
