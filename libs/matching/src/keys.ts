import { cleanIdentifier } from '@lianxin/contracts';
import { hashDeletions, hashText, mixHashes } from './hash.ts';
import type { ReadName, ReadOrganisation, ReadOrganisationQuery, ReadOrganisationRecord } from './organisation-query.ts';
import type { PersonName } from './person-name.ts';
import type { ReadPersonQuery, ReadPersonRecord } from './person-query.ts';
import { readingsOfText } from './pinyin.ts';
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
  body: 0x22,
  cityBody: 0x23,
  countyBody: 0x24,
  reading: 0x25,
  bag: 0x26,
  cityTrade: 0x27,
  readingAndRepresentative: 0x28,
  readingAndAddress: 0x29,
  cityRepresentative: 0x2a,
  address: 0x2b,
  phone: 0x2c,
  personNumber: 0x31,
  personName: 0x32,
  personEnds: 0x33,
  personBirth: 0x34,
  personRole: 0x35,
} as const;

/** Bodies shorter than this have no deletions: one character of three is no misspelling. */
const shortestBodyForDeletions = 3;
const longestBody = 40;
const shortestAddress = 4;

function bodyText({ body }: ReadName): string {
  return (body.trade + body.industry).slice(0, longestBody);
}

function cityHash(city: string | undefined): number {
  return hashText(city ?? '', 7);
}

/** Key by which `upsert` and `remove` find a record. */
export function idKey(id: string): number {
  return hashText(id, tags.id);
}

/** Keys of one name. */
function* nameKeys(name: ReadName, city: string | undefined, county: string | undefined): Generator<number> {
  const body = bodyText(name);
  const inCity = cityHash(city);
  yield hashText(name.name.full, tags.full);
  yield hashText(body, tags.body);
  yield mixHashes(hashText(body, tags.cityBody), inCity);
  if (body.length >= shortestBodyForDeletions) for (const hash of hashDeletions(body, tags.cityBody)) yield mixHashes(hash, inCity);
  if (county !== undefined) yield mixHashes(hashText(body, tags.countyBody), cityHash(county));
  for (const reading of readingsOfText(body)) yield hashText(reading, tags.reading);
  if (body.length >= 4) yield hashText([...body].sort().join(''), tags.bag);
  yield mixHashes(hashText(name.body.trade, tags.cityTrade), inCity);
}

function* evidenceKeys(name: ReadName, { legalRepresentative, address }: ReadOrganisation): Generator<number> {
  const representative = legalRepresentative?.name.key ?? '';
  const place = address !== undefined && address.key.length >= shortestAddress ? address.key : '';
  if (representative === '' && place === '') return;
  for (const reading of readingsOfText(name.body.trade)) {
    if (representative !== '') yield mixHashes(hashText(reading, tags.readingAndRepresentative), hashText(representative, 7));
    if (place !== '') yield mixHashes(hashText(reading, tags.readingAndAddress), hashText(place, 7));
  }
}

function* otherEvidenceKeys(source: ReadOrganisation, city: string | undefined): Generator<number> {
  const representative = source.legalRepresentative?.name.key ?? '';
  if (representative !== '' && city !== undefined) yield mixHashes(hashText(representative, tags.cityRepresentative), cityHash(city));
  if (source.address !== undefined && source.address.key.length >= shortestAddress) yield hashText(source.address.key, tags.address);
  if (source.phoneHash !== undefined && source.phoneHash !== '') yield hashText(source.phoneHash, tags.phone);
}

/** All keys of an organisation of the register. */
export function* organisationKeys(record: RegisterRecord, read: ReadOrganisationRecord): Generator<number> {
  yield idKey(record.id);
  const { codes } = read;
  const uscc = codes.uscc ?? codes.faultyUscc;
  if (uscc !== undefined) yield hashText(uscc, tags.uscc);
  if (codes.organisationCode !== undefined) yield hashText(codes.organisationCode, tags.organisationCode);
  if (codes.registrationNo !== undefined) yield hashText(codes.registrationNo, tags.registrationNo);
  if (codes.taxNo !== undefined) yield hashText(codes.taxNo, tags.taxNo);
  const registeredIn = cityOf(record.regionCode) ?? cityOf(uscc?.slice(2, 8));
  for (const name of read.names) {
    yield* nameKeys(name, cityOf(name.name.region) ?? registeredIn, read.county);
    yield* evidenceKeys(name, read);
  }
  yield* otherEvidenceKeys(read, registeredIn ?? cityOf(read.names[0]?.name.region));
}

/** Keys of a query: `certain` lead to records that must all be looked at, `similar` to those of which the nearest are enough. */
export interface QueryKeys {
  readonly certain: readonly number[];
  readonly similar: readonly number[];
}

/** Keys under which the organisation of a query may stand. */
export function organisationQueryKeys(query: ReadOrganisationQuery): { codes: readonly number[]; names: QueryKeys } {
  const { codes } = query;
  const numbers: number[] = [];
  for (const code of [codes.uscc, codes.faultyUscc, codes.registrationNo, codes.taxNo])
    if (code !== undefined) numbers.push(hashText(code, tags.uscc));
  if (codes.organisationCode !== undefined) numbers.push(hashText(codes.organisationCode, tags.organisationCode));
  if (codes.registrationNo !== undefined) numbers.push(hashText(codes.registrationNo, tags.registrationNo));
  if (codes.taxNo !== undefined) numbers.push(hashText(codes.taxNo, tags.taxNo));
  const certain: number[] = [];
  const similar: number[] = [];
  for (const name of query.names) {
    const city = cityOf(name.name.region) ?? cityOf(query.regionCode);
    const keys = [...nameKeys(name, city, query.county)];
    const [full = 0, body = 0, cityBody = 0, ...rest] = keys;
    certain.push(full);
    if (query.county !== undefined) certain.push(mixHashes(hashText(bodyText(name), tags.countyBody), cityHash(query.county)));
    certain.push(...evidenceKeys(name, query));
    similar.push(cityBody, ...rest, body);
  }
  const [first] = query.names;
  similar.push(...otherEvidenceKeys(query, cityOf(query.regionCode) ?? cityOf(first?.name.region)));
  return { codes: numbers, names: { certain: [...new Set(certain)], similar: [...new Set(similar)] } };
}

/** All keys of a person of the register. */
export function* personKeys(record: RegisterRecord, read: ReadPersonRecord): Generator<number> {
  yield idKey(record.id);
  yield hashText(`${read.idType} ${read.number}`, tags.personNumber);
  if (/^\d{17}[\dX]$/.test(read.number)) yield endsKey(read.number);
  if (read.birthDate !== undefined && read.gender !== undefined) yield hashText(read.birthDate + read.gender, tags.personBirth);
  for (const code of record.person?.representsUscc ?? []) yield hashText(cleanIdentifier(code), tags.personRole);
  for (const key of new Set([...read.names, ...read.formerNames].map((name) => name.key)))
    if (key !== '') yield hashText(key, tags.personName);
}

function endsKey(number: string): number {
  return hashText(number.slice(0, 6) + number.slice(14), tags.personEnds);
}

const idTypes = ['ID_CARD', 'HKMT_RESIDENCE_PERMIT'];

/**
 * Keys under which the person of a query may stand: by number, by first six and last four characters, by name. A name with an unreadable character is
 * looked for by birth date or role instead.
 */
export function personQueryKeys(query: ReadPersonQuery): { numbers: readonly number[]; names: readonly number[] } {
  const { number, idType } = query;
  const numbers: number[] = [];
  if (number?.kind === 'FULL' || number?.kind === 'OTHER_DOCUMENT')
    for (const type of idType === undefined ? idTypes : [idType])
      numbers.push(hashText(`${type} ${cleanIdentifier(number.number)}`, tags.personNumber));
  if (number?.kind === 'MASKED' && number.masked.showsFirstSix && number.masked.showsLastFour && !number.masked.pattern.endsWith('*'))
    numbers.push(endsKey(number.masked.pattern));
  if (query.names.some(({ hasWildcard }) => hasWildcard)) {
    if (query.birthDate !== undefined && query.gender !== undefined)
      numbers.push(hashText(query.birthDate + query.gender, tags.personBirth));
    if (query.representsUscc !== undefined) numbers.push(hashText(query.representsUscc, tags.personRole));
  }
  const names: readonly PersonName[] = [...query.names, ...query.formerNames];
  return { numbers, names: [...new Set(names.map(({ key }) => hashText(key, tags.personName)))] };
}
