import { cleanIdentifier } from '@lianxin/contracts';
import { hashDeletions, hashText, mixHashes } from './hash.ts';
import type { MaskedNumber } from './masked-number.rules.ts';
import type { ReadName, ReadOrganisation, ReadOrganisationQuery, ReadOrganisationRecord } from './organisation-query.ts';
import type { ReadPersonQuery, ReadPersonRecord } from './person-query.ts';
import { readingHashes } from './pinyin.ts';
import { cityOf } from './region-name.ts';
import type { RegisterRecord } from './types.ts';

/** Kinds of keys; the number is the seed of the hash. */
const tags = {
  id: 0x11,
  uscc: 0x12,
  organisationCode: 0x13,
  registrationNo: 0x14,
  taxNo: 0x15,
  full: 0x21,
  deletion: 0x20,
  body: 0x22,
  cityBody: 0x23,
  countyBody: 0x24,
  reading: 0x25,
  bag: 0x26,
  cityTrade: 0x27,
  readingAndEvidence: 0x28,
  cityRepresentative: 0x2a,
  address: 0x2b,
  phone: 0x2c,
  personNumber: 0x31,
  personName: 0x32,
  personEnds: 0x33,
  personBirth: 0x34,
  personRole: 0x35,
  personUnreadable: 0x36,
  personSurnameEnd: 0x37,
  personNameStart: 0x38,
} as const;

/** Names outside these lengths have no deletions: one character of few is no misspelling, and long names are told apart otherwise. */
const shortestForDeletions = 6;
const longestForDeletions = 48;
const longestBody = 40;
const shortestAddress = 4;
const shortestBag = 4;

function bodyText({ body }: ReadName): string {
  return (body.trade + body.industry).slice(0, longestBody);
}

const cityHashes = new Map<string, number>();

function cityHash(city = ''): number {
  const known = cityHashes.get(city);
  if (known !== undefined) return known;
  const hash = hashText(city, 7);
  // Codes of regions are few; what a source makes up must not fill the memory.
  if (cityHashes.size < 10_000) cityHashes.set(city, hash);
  return hash;
}

/** Key by which `upsert` and `remove` find a record. */
export function idKey(id: string): number {
  return hashText(id, tags.id);
}

/** Keys of one name, the most telling first. The first is that of the very name, the last that of 字号 and 行业 in any region. */
function nameKeys(name: ReadName, city: string | undefined, county: string | undefined): number[] {
  const body = bodyText(name);
  const inCity = cityHash(city);
  const { full } = name.name;
  const keys = [hashText(full, tags.full), mixHashes(hashText(body, tags.cityBody), inCity)];
  if (county !== undefined) keys.push(mixHashes(hashText(body, tags.countyBody), cityHash(county)));
  for (const reading of readingHashes(body, tags.reading)) keys.push(reading);
  if (body.length >= shortestBag) keys.push(hashText([...body].sort().join(''), tags.bag));
  if (full.length >= shortestForDeletions && full.length <= longestForDeletions)
    keys.push(hashText(full, tags.deletion), ...hashDeletions(full, tags.deletion));
  keys.push(mixHashes(hashText(name.body.trade, tags.cityTrade), inCity));
  keys.push(hashText(body, tags.body));
  return keys;
}

/** Keys of a 字号, or what sounds like it, with the legal representative or the address (S3). */
function evidenceKeys(name: ReadName, { legalRepresentative, address }: ReadOrganisation): number[] {
  const representative = legalRepresentative?.name.key ?? '';
  const place = address !== undefined && address.key.length >= shortestAddress ? address.key : '';
  if (representative === '' && place === '') return [];
  return readingHashes(name.body.trade, tags.readingAndEvidence).flatMap((reading) => [
    ...(representative === '' ? [] : [mixHashes(reading, hashText(representative, tags.cityRepresentative))]),
    ...(place === '' ? [] : [mixHashes(reading, hashText(place, tags.address))]),
  ]);
}

function otherEvidenceKeys(source: ReadOrganisation, city: string | undefined): number[] {
  const keys: number[] = [];
  const representative = source.legalRepresentative?.name.key ?? '';
  if (representative !== '' && city !== undefined) keys.push(mixHashes(hashText(representative, tags.cityRepresentative), cityHash(city)));
  if (source.address !== undefined && source.address.key.length >= shortestAddress) keys.push(hashText(source.address.key, tags.address));
  if (source.phoneHash !== undefined && source.phoneHash !== '') keys.push(hashText(source.phoneHash, tags.phone));
  return keys;
}

/** All keys of an organisation of the register. */
export function organisationKeys(record: RegisterRecord, read: ReadOrganisationRecord): number[] {
  const keys = [idKey(record.id)];
  const { codes } = read;
  if (codes.uscc !== undefined) keys.push(hashText(codes.uscc, tags.uscc));
  if (codes.organisationCode !== undefined) keys.push(hashText(codes.organisationCode, tags.organisationCode));
  if (codes.registrationNo !== undefined) keys.push(hashText(codes.registrationNo, tags.registrationNo));
  if (codes.taxNo !== undefined) keys.push(hashText(codes.taxNo, tags.taxNo));
  const registeredIn = cityOf(record.regionCode) ?? cityOf(codes.uscc?.slice(2, 8));
  for (const name of read.names) {
    for (const key of nameKeys(name, cityOf(name.name.region) ?? registeredIn, read.county)) keys.push(key);
    for (const key of evidenceKeys(name, read)) keys.push(key);
  }
  for (const key of otherEvidenceKeys(read, registeredIn ?? cityOf(read.names[0]?.name.region))) keys.push(key);
  return keys;
}

/**
 * Keys under which the organisation of a query may stand. `codes` and `certain` lead to records that must all be looked at, `similar`, the most telling
 * first, to those of which the nearest are enough.
 */
export interface OrganisationQueryKeys {
  readonly codes: readonly number[];
  readonly certain: readonly number[];
  readonly similar: readonly number[];
}

export function organisationQueryKeys(query: ReadOrganisationQuery): OrganisationQueryKeys {
  const certain: number[] = [];
  const similar: number[] = [];
  for (const name of query.names) {
    const city = cityOf(name.name.region) ?? cityOf(query.regionCode);
    const [full = 0, ...rest] = nameKeys(name, city, undefined);
    certain.push(full, ...evidenceKeys(name, query));
    if (query.county !== undefined) certain.push(mixHashes(hashText(bodyText(name), tags.countyBody), cityHash(query.county)));
    similar.push(...rest);
  }
  similar.push(...otherEvidenceKeys(query, cityOf(query.regionCode) ?? cityOf(query.names[0]?.name.region)));
  return { codes: codeKeys(query), certain: [...new Set(certain)], similar: [...new Set(similar)] };
}

function codeKeys({ codes }: ReadOrganisationQuery): number[] {
  const keys: number[] = [];
  for (const code of [codes.uscc, codes.faultyUscc, codes.registrationNo, codes.taxNo])
    if (code !== undefined) keys.push(hashText(code, tags.uscc));
  if (codes.organisationCode !== undefined) keys.push(hashText(codes.organisationCode, tags.organisationCode));
  if (codes.registrationNo !== undefined) keys.push(hashText(codes.registrationNo, tags.registrationNo));
  if (codes.taxNo !== undefined) keys.push(hashText(codes.taxNo, tags.taxNo));
  return keys;
}

/** All keys of a person of the register. */
export function personKeys(record: RegisterRecord, read: ReadPersonRecord): number[] {
  const keys = [idKey(record.id), hashText(`${read.idType} ${read.number}`, tags.personNumber)];
  if (/^\d{17}[\dX]$/.test(read.number)) keys.push(endsKey(read.number));
  if (read.birthDate !== undefined) keys.push(hashText(read.birthDate, tags.personBirth));
  const birthInNumber = birthDateIn(read.number);
  if (birthInNumber !== undefined && birthInNumber !== read.birthDate) keys.push(hashText(birthInNumber, tags.personBirth));
  for (const code of record.person?.representsUscc ?? []) keys.push(hashText(cleanIdentifier(code), tags.personRole));
  const names = [...read.names, ...read.formerNames];
  for (const name of new Set(names.map(({ key }) => key).filter((key) => key !== ''))) keys.push(...namesakeKeys(name, read.number));
  if (names.some(({ hasWildcard }) => hasWildcard)) keys.push(hashText(read.number.slice(0, 4), tags.personUnreadable));
  return keys;
}

function endsKey(number: string): number {
  return hashText(number.slice(0, 6) + number.slice(14), tags.personEnds);
}

/** Positions 7–14 as a date, when all are shown and it is no other document. */
function birthDateIn(number: string): string | undefined {
  return /^.{6}\d{8}.{4}$/.test(number) ? `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}` : undefined;
}

/** A surname with the last four characters of the number, a name with the first six, a name alone: 张伟 alone would lead to thousands. */
function namesakeKeys(name: string, number: string): [number, number, number] {
  const surname = Array.from(name)[0] ?? '';
  return [
    hashText(surname + number.slice(-4), tags.personSurnameEnd),
    hashText(name + number.slice(0, 6), tags.personNameStart),
    hashText(name, tags.personName),
  ];
}

const typesOfIdRule = ['ID_CARD', 'HKMT_RESIDENCE_PERMIT'];

/**
 * Keys under which the person of a query may stand: by number, by birth date and gender, by role, and by what a mask shows. Without any of these there is
 * none: a name alone is nothing (§11.4).
 */
export function personQueryKeys(query: ReadPersonQuery): number[] {
  const { number, idType } = query;
  const keys: number[] = [];
  if (number?.kind === 'FULL' || number?.kind === 'OTHER_DOCUMENT')
    for (const type of idType === undefined ? typesOfIdRule : [idType]) keys.push(hashText(`${type} ${number.number}`, tags.personNumber));
  if (number?.kind === 'MASKED') keys.push(...maskKeys(query, number.masked));
  if (query.birthDate !== undefined && query.gender !== undefined) keys.push(hashText(query.birthDate, tags.personBirth));
  if (query.representsUscc !== undefined) keys.push(hashText(query.representsUscc, tags.personRole));
  return [...new Set(keys)];
}

/** What is shown leads to everyone whom the mask fits, be it both ends or the birth date; else the name, and registered names nobody can read. */
function maskKeys(query: ReadPersonQuery, { pattern, showsFirstSix }: MaskedNumber): number[] {
  const showsEnd = !pattern.slice(-4).includes('*');
  if (showsFirstSix && showsEnd) return [endsKey(pattern)];
  const birthDate = birthDateIn(pattern);
  if (birthDate !== undefined) return [hashText(birthDate, tags.personBirth)];
  const names = [...query.names, ...query.formerNames].map(({ key }) => namesakeKeys(key, pattern)[showsEnd ? 0 : showsFirstSix ? 1 : 2]);
  return [...names, hashText(pattern.slice(0, 4), tags.personUnreadable)];
}
