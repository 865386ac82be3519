import { checkIdNumber, type FieldProblem, type ListEntryRequest, type SubjectKind } from '@lianxin/contracts';

/** A name in an event, sealed or not, must leave room for the rest (64 KiB, design §3). */
const maxNameBytes = 40_000;
const maxConditionsBytes = 20_000;
/** Fields that may hold a document number, and names that are stored sealed only. */
const sealedFields = /^\/(subject|parties\/\d+)\/idNumber$|^\/parties\/\d+\/name$/;

/** Faults in the texts of a designation. */
export function findTextFaults(
  request: Pick<ListEntryRequest, 'conditions'> & { readonly subject: { readonly kind: SubjectKind } },
): FieldProblem[] {
  const isSealed = (pointer: string) => sealedFields.test(pointer) || (pointer === '/subject/name' && request.subject.kind === 'PERSON');
  const faults = findUnstorableTexts(request, isSealed);
  if (bytesOf(request.conditions) > maxConditionsBytes)
    faults.push({ pointer: '/conditions', code: 'VALIDATION_FAILED', detail: '条件证明合计过长，请精简文书号' });
  return faults;
}

/**
 * Texts of a request that cannot be stored as they are, would not fit an event, or would put a person's number where everybody reads.
 * @param isSealed whether the field at a pointer is stored sealed only
 */
export function findUnstorableTexts(value: unknown, isSealed: (pointer: string) => boolean = () => false): FieldProblem[] {
  return [...textsOf(value, '')].flatMap(([pointer, text]) => {
    const detail = faultOf(pointer, text, isSealed(pointer));
    return detail === undefined ? [] : [{ pointer, code: 'VALIDATION_FAILED' as const, detail }];
  });
}

function faultOf(pointer: string, text: string, isSealed: boolean): string | undefined {
  if (text.includes('\u0000') || !text.isWellFormed()) return '含有无法保存的字符（空字符或不成对的代理码位），请删除';
  if (pointer.endsWith('/name') && bytesOf(text) > maxNameBytes) return '名称过长';
  if (!isSealed && holdsIdNumber(text)) return '文本中含有公民身份号码，请删除；证件号码只填入 idNumber 字段';
  return undefined;
}

/** Whether a text shows a number that passes the check of a 公民身份号码 and belongs to somebody who may be alive. */
export function holdsIdNumber(text: string): boolean {
  return [...text.normalize('NFKC').matchAll(/(?<!\d)\d{17}[\dXx](?!\d)/g)].some(([number]) => {
    const checked = checkIdNumber(number, { today: '2100-01-01' });
    return checked.ok && number.slice(6, 10) >= '1880';
  });
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function* textsOf(value: unknown, pointer: string): Generator<[string, string]> {
  if (typeof value === 'string') yield [pointer, value];
  else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) yield* textsOf(child, `${pointer}/${key}`);
  }
}
