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

/** Identifying numbers of an organisation, cleaned. `uscc` only if valid; `faultyUscc` is what was typed when it is not. */
export interface Codes {
  readonly uscc: string | undefined;
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

export interface ReadOrganisationQuery extends ReadOrganisation {
  readonly names: readonly (ReadName & { readonly saysFormer: boolean })[];
  readonly decisionDate: string | undefined;
}

export interface ReadOrganisationRecord extends ReadOrganisation {
  readonly names: readonly (ReadName & { readonly registered: RegisterName })[];
  readonly province: string | undefined;
}

/** At most so many names of one query are looked at. */
export const mostQueryNames = 20;

export function readName(text: string): ReadName {
  const name = readOrganisationName(text);
  return { name, body: bodyOf(name), coreKey: coreKeyOf(name), variantKey: variantKeyOf(name) };
}

/** Reads a query; a remark `(曾用名…)` in a name becomes a name of its own that says so. */
export function readOrganisationQuery(query: OrganisationQuery, syntheticRegionAllowed: boolean): ReadOrganisationQuery {
  const names = query.names.slice(0, mostQueryNames).flatMap((text) => {
    const read = { ...readName(text), saysFormer: query.saysFormerName === true };
    return [read, ...read.name.formerNames.map((former) => ({ ...readName(former), saysFormer: true }))];
  });
  const readable = names.filter(({ name }) => name.full !== '');
  return { ...readCommon(query, readable, syntheticRegionAllowed), names: readable, decisionDate: query.decisionDate };
}

export function readOrganisationRecord(record: RegisterRecord, syntheticRegionAllowed: boolean): ReadOrganisationRecord {
  const names = record.names.map((registered) => ({ ...readName(registered.text), registered })).filter(({ name }) => name.full !== '');
  const common = readCommon(record, names, syntheticRegionAllowed);
  const regionCode = record.regionCode ?? common.codes.uscc?.slice(2, 8) ?? names[0]?.name.region;
  return { ...common, names, province: cityOf(regionCode)?.slice(0, 2) };
}

function readCommon(
  source: OrganisationQuery | RegisterRecord,
  names: readonly ReadName[],
  syntheticRegionAllowed: boolean,
): ReadOrganisation {
  const codes = readCodes(source, syntheticRegionAllowed);
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

/** Codes of a query or record; the 组织机构代码 is also taken from positions 9–17 of a valid USCC (§7.3). */
export function readCodes(
  source: Pick<RegisterRecord, 'usccCode' | 'organisationCode' | 'registrationNo' | 'taxNo'>,
  syntheticRegionAllowed: boolean,
): Codes {
  const typed = source.usccCode === undefined ? '' : cleanIdentifier(source.usccCode);
  const checked = typed === '' ? undefined : checkUscc(typed, { syntheticRegionAllowed });
  const uscc = checked?.ok ? checked.code : undefined;
  const organisation = source.organisationCode === undefined ? undefined : checkOrganisationCode(source.organisationCode);
  return {
    uscc,
    faultyUscc: typed !== '' && uscc === undefined ? typed : undefined,
    organisationCode: organisation?.ok ? organisation.code : uscc === undefined ? undefined : organisationCodeOf(uscc),
    registrationNo: cleanNumber(source.registrationNo),
    taxNo: cleanNumber(source.taxNo),
  };
}

/** Shorter numbers (`0`, `无`, `-`) are none. */
function cleanNumber(text: string | undefined): string | undefined {
  const cleaned = text === undefined ? '' : cleanIdentifier(text).replace(/[\s-]/g, '');
  return /^(?=.*\d)[0-9A-Z]{6,30}$/.test(cleaned) && !/^(.)\1*$/.test(cleaned) ? cleaned : undefined;
}
