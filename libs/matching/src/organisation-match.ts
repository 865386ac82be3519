import { checkOrganisationCode, checkUscc } from '@lianxin/contracts';
import { compareAddresses } from './address.ts';
import { bestComparison, isUsable, type NameComparison } from './name-comparison.ts';
import type { OrganisationFacts } from './organisation-grade.rules.ts';
import type { ReadOrganisationQuery, ReadOrganisationRecord } from './organisation-query.ts';
import { comparePersonNames } from './person-name.ts';
import { isSingleEdit } from './similarity.ts';
import type { MatchSettings, RegisterRecord } from './types.ts';

/** Facts of one record that do not depend on the others, and the pair of names behind them. */
export interface OrganisationComparison {
  readonly record: RegisterRecord;
  readonly read: ReadOrganisationRecord;
  readonly names: NameComparison | undefined;
  readonly facts: Omit<OrganisationFacts, 'sameNameCount' | 'singleEditCount'>;
}

/** Compares a query with one record of the register (§11.3); pure. */
export function compareOrganisation(
  query: ReadOrganisationQuery,
  record: RegisterRecord,
  read: ReadOrganisationRecord,
  settings: MatchSettings,
): OrganisationComparison {
  const names = bestComparison(query, read, record.parentId !== undefined, settings);
  const usable = names !== undefined && isUsable(names.use);
  const forbidden = names === undefined || names.use === 'FORMER_NOT_IN_USE';
  const facts: OrganisationComparison['facts'] = {
    uscc: compareUscc(query, read),
    queryHasUscc: query.codes.uscc !== undefined || query.codes.faultyUscc !== undefined,
    otherCode: compareOtherCodes(query, read),
    name: usable ? names.equality : 'OTHER',
    sameTrade: !forbidden && names.sameTrade,
    sameBranch: names?.sameBranch ?? true,
    legalRepresentative: compareRepresentatives(query, read),
    address: compareAddresses(query.address, read.address),
    phone: compareTexts(query.phoneHash, read.phoneHash),
    county: compareTexts(query.county, read.county),
    regionsExclude: names?.regionsExclude ?? false,
    coreSimilarity: forbidden ? 0 : names.core,
    totalSimilarity: forbidden ? 0 : names.total,
    singleEdit: !forbidden && names.singleEdit,
    inProvince: read.province === undefined || read.province === settings.registerProvince,
  };
  return { record, read, names, facts };
}

function compareTexts(a: string | undefined, b: string | undefined): 'EQUAL' | 'DIFFERENT' | 'ABSENT' {
  if (a === undefined || b === undefined || a === '' || b === '') return 'ABSENT';
  return a === b ? 'EQUAL' : 'DIFFERENT';
}

function compareUscc(query: ReadOrganisationQuery, read: ReadOrganisationRecord): OrganisationFacts['uscc'] {
  const { uscc, faultyUscc } = query.codes;
  const registered = read.codes.uscc;
  if (faultyUscc !== undefined) return registered !== undefined && isSingleEdit(faultyUscc, registered) ? 'NEAR' : 'UNREADABLE';
  if (uscc === undefined || registered === undefined) return 'ABSENT';
  if (uscc === registered) return 'EQUAL';
  // A registered code that is itself faulty contradicts nothing.
  return checkUscc(registered).ok ? 'DIFFERENT' : 'ABSENT';
}

/** The USCC stands as registration and as tax number since 2015, so those are compared with it as well. */
function compareOtherCodes(query: ReadOrganisationQuery, read: ReadOrganisationRecord): OrganisationFacts['otherCode'] {
  const asked = query.codes;
  const known = read.codes;
  const pairs = [
    [asked.organisationCode, known.organisationCode],
    [asked.registrationNo, known.registrationNo],
    [asked.taxNo, known.taxNo],
    [asked.registrationNo, known.uscc],
    [asked.taxNo, known.uscc],
  ] as const;
  if (pairs.some(([a, b]) => a !== undefined && a === b)) return 'EQUAL';
  const bothHaveOrganisationCode = asked.organisationCode !== undefined && known.organisationCode !== undefined;
  if (bothHaveOrganisationCode && checkOrganisationCode(known.organisationCode).ok) return 'CONFLICT';
  return pairs.slice(1, 3).some(([a, b]) => a !== undefined && b !== undefined) ? 'DIFFERENT' : 'ABSENT';
}

function compareRepresentatives(query: ReadOrganisationQuery, read: ReadOrganisationRecord): 'EQUAL' | 'DIFFERENT' | 'ABSENT' {
  const a = query.legalRepresentative;
  const b = read.legalRepresentative;
  if (a === undefined || b === undefined) return 'ABSENT';
  if (a.idHash !== undefined && b.idHash !== undefined && a.idHash !== b.idHash) return 'DIFFERENT';
  return comparePersonNames(a.name, b.name) === 'EQUAL' ? 'EQUAL' : 'DIFFERENT';
}
