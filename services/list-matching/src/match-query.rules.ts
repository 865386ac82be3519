import { type IdType, idTypeSchema } from '@lianxin/contracts';

/** Fields that a query may carry, by schema (yente's properties: lists of texts). The first value counts; of names all. */
export const organisationFields = [
  'name',
  'formerName',
  'usccCode',
  'organisationCode',
  'registrationNo',
  'taxNo',
  'legalRepresentative',
  'address',
  'regionCode',
  'phone',
  'decisionDate',
] as const;
export const personFields = [
  'name',
  'formerName',
  'idType',
  'idNumber',
  'birthDate',
  'gender',
  'employerUsccCode',
  'representsUsccCode',
  'address',
  'regionCode',
  'phone',
  'decisionDate',
] as const;
export const organisationSchemas = ['Organization', 'Company', 'LegalEntity'] as const;
export const querySchemas = [...organisationSchemas, 'Person'] as const;

export interface GivenQuery {
  readonly schema: (typeof querySchemas)[number];
  readonly properties: Readonly<Record<string, readonly string[]>>;
}

/** A query as the engine takes it, except that telephone numbers are still to be hashed. */
export interface ReadQuery {
  readonly isPerson: boolean;
  readonly names: readonly string[];
  readonly saysFormerName: boolean;
  readonly text: Readonly<Record<string, string>>;
  readonly idType: IdType | undefined;
  readonly gender: 'MALE' | 'FEMALE' | undefined;
}
export type QueryDecision =
  | { readonly ok: true; readonly query: ReadQuery }
  | { readonly ok: false; readonly pointer: string; readonly detail: string };

const dates = ['decisionDate', 'birthDate'] as const;
const genders: Readonly<Record<string, 'MALE' | 'FEMALE'>> = { MALE: 'MALE', FEMALE: 'FEMALE', 男: 'MALE', 女: 'FEMALE' };

/** Reads one query; what it cannot use is refused by name and never repeated. */
export function readQuery(given: GivenQuery): QueryDecision {
  const isPerson = given.schema === 'Person';
  const allowed: readonly string[] = isPerson ? personFields : organisationFields;
  const refuse = (field: string, detail: string): QueryDecision => ({ ok: false, pointer: `/properties/${field}`, detail });
  for (const field of Object.keys(given.properties))
    if (!allowed.includes(field)) return refuse(field, `不认识的字段；可用：${allowed.join('、')}`);
  const first = (field: string) => given.properties[field]?.map((value) => value.trim()).find((value) => value !== '');
  const text: Record<string, string> = {};
  for (const field of allowed) {
    const value = first(field);
    if (value !== undefined) text[field] = value;
  }
  for (const field of dates) if (text[field] !== undefined && !isDate(text[field])) return refuse(field, '日期格式应为 YYYY-MM-DD');
  const idType = text['idType'] === undefined ? undefined : idTypeSchema.safeParse(text['idType']);
  if (idType?.success === false) return refuse('idType', `可用：${idTypeSchema.options.join('、')}`);
  const gender = text['gender'] === undefined ? undefined : genders[text['gender'].toUpperCase()];
  if (text['gender'] !== undefined && gender === undefined) return refuse('gender', '可用：MALE、FEMALE、男、女');
  const former = given.properties['formerName'] ?? [];
  const names = [...(given.properties['name'] ?? []), ...former].map((name) => name.trim()).filter((name) => name !== '');
  const saysFormerName = former.length > 0 && (given.properties['name'] ?? []).length === 0;
  return { ok: true, query: { isPerson, names, saysFormerName, text, idType: idType?.data, gender } };
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
}
