import { describe, expect, test } from '@jest/globals';
import { entryStatuses } from '@lianxin/contracts';
import {
  isDisputed,
  listedOnOf,
  type PublishableEntry,
  publicationOf,
  publicLines,
  publicNumberOf,
  publishesParty,
} from './publication.rules.ts';

const entry = (changes: Partial<PublishableEntry> = {}): PublishableEntry => ({
  status: 'ACTIVE',
  listType: 'BLACK',
  recognised: true,
  subjectKind: 'LEGAL',
  termOver: false,
  unconfirmed: false,
  ...changes,
});
const law = { publishPerson: true };
const noLaw = { publishPerson: false };

describe('what is public (§8.3, R-7-1a)', () => {
  test('only an entry in force is; whatever has left its list, or never was on it, is nowhere', () => {
    for (const status of entryStatuses) {
      const expected = { ACTIVE: 'PUBLISHED', SUSPENDED: 'HIDDEN' }[status as string] ?? 'WITHDRAWN';
      expect([status, publicationOf(entry({ status }), law)]).toEqual([status, expected]);
    }
  });

  test('a focus entry never, a foreign one without effect not, a person only where the law publishes persons', () => {
    expect(publicationOf(entry({ listType: 'FOCUS' }), law)).toBe('HIDDEN');
    expect(publicationOf(entry({ recognised: false }), law)).toBe('HIDDEN');
    expect(publicationOf(entry({ unconfirmed: true }), law)).toBe('HIDDEN');
    expect(publicationOf(entry({ subjectKind: 'PERSON' }), noLaw)).toBe('HIDDEN');
    expect(publicationOf(entry({ subjectKind: 'PERSON' }), law)).toBe('PUBLISHED');
    expect(publicationOf(entry(), noLaw)).toBe('PUBLISHED');
  });

  test('the number of a person is shown in the courts’ style on their list only', () => {
    expect(publicNumberOf('320799189901010019', { courtExit: true })).toBe('3207991899****0019');
    expect(publicNumberOf('320799189901010019', { courtExit: false })).toBe('320799********0019');
  });

  test('named persons are shown only where the law orders it, and only those whom the decision names and reached', () => {
    const party = { role: 'LEGAL_REPRESENTATIVE', named: true, served: true } as const;
    expect(publishesParty(party, 'BLACK', law)).toBe(true);
    expect(publishesParty(party, 'BLACK', noLaw)).toBe(false);
    expect(publishesParty(party, 'RED', law)).toBe(false);
    expect(publishesParty({ ...party, served: false }, 'BLACK', law)).toBe(false);
    expect(publishesParty({ ...party, named: false }, 'BLACK', law)).toBe(false);
    expect(publishesParty({ ...party, role: 'SUBJECT' as never }, 'BLACK', law)).toBe(false);
  });

  test('the mark follows the newest fact', () => {
    const facts = (...transitions: string[]) => transitions.map((transition, index) => ({ version: index + 1, transition }));
    expect(isDisputed(facts('T12', 'T13'))).toBe(true);
    expect(isDisputed(facts('T12', 'T13', 'T13a', 'T14'))).toBe(false);
    expect(isDisputed(facts('T12', 'T13', 'T13a', 'T13').reverse())).toBe(true);
    expect(isDisputed(facts('T12'))).toBe(false);
    expect(isDisputed(facts('T12', 'T13', 'T17', 'T23'))).toBe(false);
    expect(isDisputed(facts('T12', 'T13', 'T17', 'T23', 'T13'))).toBe(true);
  });

  test('lines stand under the labels of the public reports; what is no sure law is not cited', () => {
    const facts = {
      listType: 'BLACK',
      name: '示例有限公司',
      isPerson: false,
      identifier: '91320799MA00000155',
      decision: '列入决定书 1号',
      basis: null,
      department: '市人社局',
      listedOn: '2026-11-01',
      validTo: null,
      persons: [],
    } as const;
    expect(publicLines(facts)).toEqual([
      { label: '企业名称', value: '示例有限公司' },
      { label: '统一社会信用代码', value: '91320799MA00000155' },
      { label: '严重失信主体名单认定依据', value: '列入决定书 1号' },
      { label: '认定部门', value: '市人社局' },
      { label: '列入严重失信主体名单日期', value: '2026-11-01' },
    ]);
  });
});

test('an entry that a revoked repair has brought back is shown as listed on the day when it was listed first', () => {
  const fact = (version: number, transition: string, at: string) => ({ version, transition, at: new Date(at) });
  const facts = [
    fact(7, 'T23', '2026-09-01T02:00:00Z'),
    fact(6, 'T17', '2026-06-01T02:00:00Z'),
    fact(5, 'T12', '2026-01-31T17:00:00Z'),
    fact(4, 'T7', '2026-01-30T02:00:00Z'),
  ];
  expect(listedOnOf(facts)).toBe('2026-02-01');
  expect(listedOnOf([])).toBeUndefined();
});
