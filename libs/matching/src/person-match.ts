import { cleanIdentifier } from '@lianxin/contracts';
import { fitsMask } from './masked-number.rules.ts';
import type { PersonFacts } from './person-grade.rules.ts';
import { comparePersonNames, type PersonName } from './person-name.ts';
import type { ReadPersonQuery, ReadPersonRecord } from './person-query.ts';
import type { RegisterRecord } from './types.ts';

/** Facts of one person that do not depend on the others. */
export interface PersonComparison {
  readonly record: RegisterRecord;
  readonly read: ReadPersonRecord;
  readonly facts: Omit<PersonFacts, 'fittingCount'>;
  /** Which third field of P1 agreed, in Chinese, for the explanation. */
  readonly thirdFields: readonly string[];
}

/** Compares a query with one person of the register (§11.4); pure. */
export function comparePerson(query: ReadPersonQuery, record: RegisterRecord, read: ReadPersonRecord): PersonComparison {
  const masked = query.number?.kind === 'MASKED' ? query.number.masked : undefined;
  const thirdFields = findThirdFields(query, record, read);
  const birthDate = compare(query.birthDate, read.birthDate);
  const gender = compare(query.gender, read.gender);
  return {
    record,
    read,
    thirdFields,
    facts: {
      number: compareNumbers(query, read),
      name: compareNames(query, read),
      visibleDigits: masked?.visible ?? 0,
      showsFirstSixAndLastFour: masked?.showsFirstSix === true && masked.showsLastFour,
      thirdField: thirdFields.length > 0,
      birthDateAndGenderEqual: birthDate === 'EQUAL' && gender === 'EQUAL',
      sameRole: represents(query.representsUscc, record),
      contradicted: birthDate === 'DIFFERENT' || gender === 'DIFFERENT',
    },
  };
}

function compare(a: string | undefined, b: string | undefined): 'EQUAL' | 'DIFFERENT' | 'ABSENT' {
  if (a === undefined || b === undefined || a === '' || b === '') return 'ABSENT';
  return a === b ? 'EQUAL' : 'DIFFERENT';
}

function represents(uscc: string | undefined, record: RegisterRecord): boolean {
  return uscc !== undefined && (record.person?.representsUscc ?? []).some((code) => cleanIdentifier(code) === uscc);
}

function compareNumbers(query: ReadPersonQuery, read: ReadPersonRecord): PersonFacts['number'] {
  const { number, idType } = query;
  if (number === undefined) return 'ABSENT';
  if (number.kind === 'UNREADABLE') return 'UNREADABLE';
  if (idType !== undefined && idType !== read.idType) return 'ABSENT';
  if (number.kind === 'MASKED') return fitsMask(number.masked, read.number) ? 'FITS' : 'DIFFERENT';
  if (number.number !== read.number) return idType === undefined && !/^\d{17}[\dX]$/.test(read.number) ? 'ABSENT' : 'DIFFERENT';
  return idType === undefined ? 'EQUAL_WITHOUT_TYPE' : 'EQUAL';
}

/** The best of all pairs: current names first, then names that are former on either side. */
function compareNames(query: ReadPersonQuery, read: ReadPersonRecord): PersonFacts['name'] {
  const found = new Set(pairs(query.names, read.names));
  if (found.has('EQUAL')) return 'EQUAL';
  const former = [...pairs(query.names, read.formerNames), ...pairs(query.formerNames, [...read.names, ...read.formerNames])];
  if (former.includes('EQUAL')) return 'FORMER';
  return found.has('WILDCARD') || former.includes('WILDCARD') ? 'WILDCARD' : 'DIFFERENT';
}

function pairs(names: readonly PersonName[], others: readonly PersonName[]): ('EQUAL' | 'WILDCARD' | 'DIFFERENT')[] {
  return names.flatMap((name) => others.map((other) => comparePersonNames(name, other)));
}

/** A birth year that the mask itself shows is no further evidence. */
function findThirdFields(query: ReadPersonQuery, record: RegisterRecord, read: ReadPersonRecord): string[] {
  const yearShown = query.number?.kind === 'MASKED' && query.number.masked.showsBirthYear;
  const employer = record.person?.employerUscc;
  return [
    !yearShown && compare(query.birthDate?.slice(0, 4), read.birthDate?.slice(0, 4)) === 'EQUAL' ? '出生年份' : '',
    compare(query.county, read.county) === 'EQUAL' ? '地址所在县区' : '',
    employer !== undefined && compare(query.employerUscc, cleanIdentifier(employer)) === 'EQUAL' ? '工作单位' : '',
    compare(query.phoneHash, record.phoneHash) === 'EQUAL' ? '联系电话' : '',
  ].filter((field) => field !== '');
}
