import { ageOn, checkIdentityDocument, checkUscc, type FieldProblem, type IdType, type PublicRecordRequest } from '@lianxin/contracts';
import type { CleanIdentity } from './designation-identity.rules.ts';

/** §7.1: only persons with full civil capacity are credit subjects. */
const adultAge = 18;

/** Whom a record names: with a number that passes its check, or (archives of version 1.0) without one: then nobody yet, never somebody by the name alone. */
export type SubjectDecision =
  | { readonly ok: true; readonly identity: CleanIdentity | null }
  | { readonly ok: false; readonly faults: readonly FieldProblem[] };

/** No detail ever repeats a number. */
export function decideSubject(request: PublicRecordRequest, today: string): SubjectDecision {
  const { subject, representative } = request;
  const faults: FieldProblem[] = [];
  if (representative?.idNumber !== undefined) {
    const checked = checkIdentityDocument(representative.idType ?? 'ID_CARD', representative.idNumber, { today });
    if (!checked.ok) faults.push({ pointer: '/representative/idNumber', code: 'ID_NUMBER_INVALID', detail: checked.detailZh });
  }
  const decision = subject.kind === 'PERSON' ? decidePerson(request, today) : decideOrganisation(request);
  if (!decision.ok) faults.push(...decision.faults);
  return faults.length > 0 || !decision.ok ? { ok: false, faults } : decision;
}

function decideOrganisation({ subject, standard }: PublicRecordRequest): SubjectDecision {
  const { kind, name, usccCode, idNumber } = subject;
  if (kind === 'PERSON') throw new Error('a person is no organisation');
  if (idNumber !== undefined) return refuse('/subject/idNumber', 'VALIDATION_FAILED', '单位只填统一社会信用代码');
  if (usccCode === undefined) {
    if (standard === '1.0') return { ok: true, identity: null };
    return refuse('/subject/usccCode', 'IDENTIFIER_REQUIRED', '单位须提供统一社会信用代码');
  }
  const checked = checkUscc(usccCode, { subjectKind: kind });
  return checked.ok
    ? { ok: true, identity: { kind, name, usccCode: checked.code } }
    : refuse('/subject/usccCode', 'USCC_INVALID', checked.detailZh);
}

function decidePerson({ subject, decidedOn }: PublicRecordRequest, today: string): SubjectDecision {
  const { name, idType, idNumber, usccCode } = subject;
  if (usccCode !== undefined) return refuse('/subject/usccCode', 'VALIDATION_FAILED', '自然人不填统一社会信用代码');
  if (idType === undefined) return refuse('/subject/idType', 'IDENTIFIER_REQUIRED', '自然人须提供证件类型');
  if (idNumber === undefined) return refuse('/subject/idNumber', 'IDENTIFIER_REQUIRED', '自然人须提供证件号码');
  const checked = checkIdentityDocument(idType satisfies IdType, idNumber, { today });
  if (!checked.ok) return refuse('/subject/idNumber', 'ID_NUMBER_INVALID', checked.detailZh);
  if (/^\d{17}[\dX]$/.test(checked.number) && ageOn(checked.number, decidedOn) < adultAge)
    return refuse('/subject/idNumber', 'SUBJECT_UNDER_AGE', `决定日期 ${decidedOn} 时未满 ${adultAge} 周岁`);
  return { ok: true, identity: { kind: 'PERSON', name, idType, idNumber: checked.number } };
}

function refuse(pointer: string, code: FieldProblem['code'], detail: string): SubjectDecision {
  return { ok: false, faults: [{ pointer, code, detail }] };
}
