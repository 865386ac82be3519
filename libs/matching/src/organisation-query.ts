import { checkOrganisationCode, checkUscc, cleanIdentifier, organisationCodeOf } from '@lianxin/contracts';
import { type Address, readAddress } from './address.ts';
import { bodyOf, coreKeyOf, type OrganisationName, readOrganisationName, variantKeyOf } from './organisation-name.ts';
import { type PersonName, readPersonName } from './person-name.ts';
import { cityOf, countyOf } from './region-name.ts';
import type { Body } from './similarity.ts';
import type { OrganisationQuery, RegisterName, RegisterRecord } from './types.ts';

/** A name with everything that comparison asks of it. */
export interface ReadName {
  readonly name: OrganisationName;
  readonly body: Body;
  readonly coreKey: string;
  readonly variantKey: string;
}

/** Identifying numbers of an organisation, cleaned. Those of the register are taken as they stand; those of a query have passed their check. */
export interface Codes {
  readonly uscc: string | undefined;
  /** What a query gave for a USCC that does not pass its check. */
  readonly faultyUscc: string | undefined;
  readonly organisationCode: string | undefined;
  /** 工商注册号 and 纳税人识别号, which may also be a USCC today. */
  readonly registrationNo: string | undefined;
  readonly taxNo: string | undefined;
}

/** One side of a comparison, read once. */
export interface ReadOrganisation {
  readonly codes: Codes;
  readonly legalRepresentative: { readonly name: PersonName; readonly idHash: string | undefined } | undefined;
  readonly address: Address | undefined;
  readonly regionCode: string | undefined;
  readonly county: string | undefined;
  readonly phoneHash: string | undefined;
}

/** `saysFormer`: the source itself calls it a 曾用名. */
export interface QueryName extends ReadName {
  readonly saysFormer: boolean;
}

export interface ReadOrganisationQuery extends ReadOrganisation {
  readonly names: readonly QueryName[];
  readonly decisionDate: string | undefined;
}

export interface ReadOrganisationRecord extends ReadOrganisation {
  readonly names: readonly (ReadName & { readonly registered: RegisterName })[];
  readonly province: string | undefined;
}

/** At most so many names of one query are looked at. */
export const mostQueryNames = 20;

function readName(text: string): ReadName {
  const name = readOrganisationName(text);
  return { name, body: bodyOf(name), coreKey: coreKeyOf(name), variantKey: variantKeyOf(name) };
}

/** Reads a query; a remark `(曾用名…)` in a name becomes a name of its own that says so. */
export function readOrganisationQuery(query: OrganisationQuery): ReadOrganisationQuery {
  const names = query.names.slice(0, mostQueryNames).flatMap((text) => {
    const read = { ...readName(text), saysFormer: query.saysFormerName === true };
    return [read, ...read.name.formerNames.map((former) => ({ ...readName(former), saysFormer: true }))];
  });
  const readable = names.filter(({ name }) => name.full !== '');
  return { ...readCommon(query, readable, checkCodes(query)), names: readable, decisionDate: query.decisionDate };
}

export function readOrganisationRecord(record: RegisterRecord): ReadOrganisationRecord {
  const names = record.names.map((registered) => ({ ...readName(registered.text), registered })).filter(({ name }) => name.full !== '');
  const codes = codesOfRecord(record);
  const regionCode = record.regionCode ?? codes.uscc?.slice(2, 8) ?? names[0]?.name.region;
  return { ...readCommon(record, names, codes), names, province: cityOf(regionCode)?.slice(0, 2) };
}

function readCommon(source: OrganisationQuery | RegisterRecord, names: readonly ReadName[], codes: Codes): ReadOrganisation {
  const address = readAddress(source.address);
  const county =
    countyOf(source.regionCode) ??
    countyOf(names.find(({ name }) => countyOf(name.region) !== undefined)?.name.region) ??
    countyOf(address?.region) ??
    countyOf(codes.uscc?.slice(2, 8));
  const representative = source.legalRepresentative;
  return {
    codes,
    legalRepresentative:
      representative === undefined || representative.name === ''
        ? undefined
        : { name: readPersonName(representative.name), idHash: representative.idHash },
    address,
    regionCode: source.regionCode,
    county,
    phoneHash: source.phoneHash,
  };
}

type CodeFields = Pick<RegisterRecord, 'usccCode' | 'organisationCode' | 'registrationNo' | 'taxNo'>;

/** Codes of a query, checked; the 组织机构代码 is also taken from positions 9–17 of a valid USCC (§7.3). */
function checkCodes(query: CodeFields): Codes {
  const typed = query.usccCode === undefined ? '' : cleanIdentifier(query.usccCode);
  const checked = typed === '' ? undefined : checkUscc(typed);
  const uscc = checked?.ok ? checked.code : undefined;
  const organisation = query.organisationCode === undefined ? undefined : checkOrganisationCode(query.organisationCode);
  return {
    uscc,
    faultyUscc: typed !== '' && uscc === undefined ? typed : undefined,
    organisationCode: organisation?.ok ? organisation.code : uscc === undefined ? undefined : organisationCodeOf(uscc),
    registrationNo: cleanNumber(query.registrationNo),
    taxNo: cleanNumber(query.taxNo),
  };
}

/** Codes of the register as they stand: whether they are valid is asked only where it decides. */
function codesOfRecord(record: CodeFields): Codes {
  const uscc = record.usccCode === undefined || record.usccCode === '' ? undefined : cleanCode(record.usccCode);
  const organisationCode = record.organisationCode === undefined ? undefined : cleanCode(record.organisationCode).replace('-', '');
  return {
    uscc,
    faultyUscc: undefined,
    organisationCode: organisationCode === undefined || organisationCode === '' ? uscc?.slice(8, 17) : organisationCode,
    registrationNo: cleanNumber(record.registrationNo),
    taxNo: cleanNumber(record.taxNo),
  };
}

function cleanCode(text: string): string {
  return /^[0-9A-Z]*$/.test(text) ? text : cleanIdentifier(text);
}

/** Shorter numbers (`0`, `无`, `-`) are none. */
function cleanNumber(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const cleaned = cleanCode(text).replace(/[\s-]/g, '');
  return /^(?=.*\d)[0-9A-Z]{6,30}$/.test(cleaned) && !/^(.)\1*$/.test(cleaned) ? cleaned : undefined;
}
