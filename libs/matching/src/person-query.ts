import { cleanIdentifier, genderOf, type IdType } from '@lianxin/contracts';
import { readAddress } from './address.ts';
import { type NumberReading, readIdNumber } from './masked-number.rules.ts';
import { type PersonName, readPersonName } from './person-name.ts';
import { countyOf } from './region-name.ts';
import type { Gender, PersonQuery, RegisterRecord } from './types.ts';

/** A number of a document other than the ID card is compared as it stands: its format has been checked by whoever registered it. */
export type DocumentReading = NumberReading | { readonly kind: 'OTHER_DOCUMENT'; readonly number: string };

export interface ReadPersonQuery {
  readonly names: readonly PersonName[];
  readonly formerNames: readonly PersonName[];
  readonly idType: IdType | undefined;
  readonly number: DocumentReading | undefined;
  readonly birthDate: string | undefined;
  readonly gender: Gender | undefined;
  readonly county: string | undefined;
  readonly employerUscc: string | undefined;
  readonly representsUscc: string | undefined;
  readonly phoneHash: string | undefined;
}

export interface ReadPersonRecord {
  readonly names: readonly PersonName[];
  readonly formerNames: readonly PersonName[];
  readonly idType: IdType;
  /** 18 characters for everything that follows the rule of the ID number; else as registered. */
  readonly number: string;
  readonly birthDate: string | undefined;
  readonly gender: Gender | undefined;
  readonly county: string | undefined;
}

/** Documents whose number follows GB 11643 and may therefore come masked. */
function followsIdRule(idType: IdType | undefined): boolean {
  return idType === undefined || idType === 'ID_CARD' || idType === 'HKMT_RESIDENCE_PERMIT';
}

function readNumber(idType: IdType | undefined, text: string | undefined): DocumentReading | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  if (followsIdRule(idType)) return readIdNumber(text);
  const number = cleanIdentifier(text);
  // A masked passport says too little to tell persons apart.
  return /^[0-9A-Z()]{5,20}$/.test(number) ? { kind: 'OTHER_DOCUMENT', number } : { kind: 'UNREADABLE' };
}

const mostQueryNames = 20;

/** Reads a query for a person; anything is accepted. */
export function readPersonQuery(query: PersonQuery): ReadPersonQuery {
  const read = query.names.slice(0, mostQueryNames).map(readPersonName);
  const said = read.flatMap(({ formerNames }) => formerNames.map(readPersonName));
  return {
    names: read.filter(({ key }) => key !== ''),
    formerNames: said.filter(({ key }) => key !== ''),
    idType: query.idType,
    number: readNumber(query.idType, query.idNumber),
    birthDate: query.birthDate,
    gender: query.gender,
    county: countyOf(query.regionCode) ?? countyOf(readAddress(query.address)?.region),
    employerUscc: cleanCode(query.employerUscc),
    representsUscc: cleanCode(query.representsUscc),
    phoneHash: query.phoneHash === '' ? undefined : query.phoneHash,
  };
}

function cleanCode(code: string | undefined): string | undefined {
  return code === undefined || code.trim() === '' ? undefined : cleanIdentifier(code);
}

/**
 * Reads a person of the register; birth date and gender are taken from the number where it shows them.
 * @throws RangeError when the record is of no person
 */
export function readPersonRecord(record: RegisterRecord): ReadPersonRecord {
  const { person } = record;
  if (person === undefined) throw new RangeError('a record of a person needs its document');
  const reading = readNumber(person.idType, person.idNumber);
  const full = reading?.kind === 'FULL' ? reading.number : undefined;
  const names = record.names.map((name) => ({ former: name.former === true, read: readPersonName(name.text) }));
  return {
    names: names.filter(({ former }) => !former).map(({ read }) => read),
    formerNames: names.flatMap(({ former, read }) => [...(former ? [read] : []), ...read.formerNames.map(readPersonName)]),
    idType: person.idType,
    number: full ?? cleanIdentifier(person.idNumber),
    birthDate: person.birthDate ?? (full === undefined ? undefined : `${full.slice(6, 10)}-${full.slice(10, 12)}-${full.slice(12, 14)}`),
    gender: person.gender ?? (full === undefined ? undefined : genderOf(full)),
    county: countyOf(record.regionCode) ?? countyOf(readAddress(record.address)?.region),
  };
}
