import { describe, expect, test } from '@jest/globals';
import { catalogueDirectory } from '../test/plan-fixtures.ts';
import { type CatalogueTexts, loadCatalogue, parseCatalogue, readCatalogueTexts } from './catalogue.loader.ts';
import type { FileName } from './catalogue.rows.ts';

const texts = readCatalogueTexts(catalogueDirectory);

/** Faults after one edit of one file, as `file:line column message`. */
function faultsAfter(file: FileName, edit: (text: string) => string): string[] {
  const edited = edit(texts[file]);
  if (edited === texts[file]) throw new Error('the edit changed nothing');
  const changed: CatalogueTexts = { ...texts, [file]: edited };
  const loaded = parseCatalogue(changed, 1);
  return loaded.ok ? [] : loaded.faults.map((fault) => `${fault.file}:${fault.line} ${fault.column ?? '-'} ${fault.message}`);
}

const replace = (from: string, to: string) => (text: string) => text.replace(from, to);
const dropLine = (start: string) => (text: string) =>
  text
    .split('\n')
    .filter((line) => !line.startsWith(start))
    .join('\n');
const lineOf = (file: FileName, start: string) => texts[file].split('\n').findIndex((line) => line.startsWith(start)) + 1;

describe('loading the catalogue', () => {
  test('all rows come in, with their executors and bases', () => {
    const catalogue = loadCatalogue(catalogueDirectory, 1);
    expect(catalogue.version).toBe(1);
    expect(catalogue.departments).toHaveLength(230);
    expect(catalogue.memoranda).toHaveLength(50);
    expect(catalogue.measures).toHaveLength(168);
    expect(catalogue.matters).toHaveLength(36);
    expect(catalogue.classes).toHaveLength(22);
    expect(catalogue.measures.flatMap((measure) => measure.executors)).toHaveLength(372);
    expect(catalogue.measures.flatMap((measure) => measure.bases)).toHaveLength(288);
    expect(catalogue.departments.filter((department) => !department.supervised).map((department) => department.code)).toEqual([
      'JW',
      'ZZB',
      'ZY',
      'JCY',
    ]);
  });

  test('a measure without a basis is allowed', () => {
    expect(faultsAfter('measure_basis', dropLine('WAGE-01,'))).toEqual([]);
  });

  test('the same text with a byte-order mark and Windows line ends gives the same catalogue', () => {
    const windows = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, `\uFEFF${text.replaceAll('\n', '\r\n')}`]));
    expect(parseCatalogue(windows as CatalogueTexts, 1)).toEqual(parseCatalogue(texts, 1));
  });
});

describe('a faulty catalogue is refused with file, line and column', () => {
  test.each<[string, FileName, (text: string) => string, string[]]>([
    [
      'two LEAD executors',
      'measure_executors',
      replace('WAGE-01,FGW,COOP', 'WAGE-01,FGW,LEAD'),
      [`measures:${lineOf('measures', 'WAGE-01,')} code WAGE-01 has 2 LEAD executors, must have exactly one`],
    ],
    [
      'no executor at all',
      'measure_executors',
      dropLine('WAGE-06,'),
      [`measures:${lineOf('measures', 'WAGE-06,')} code WAGE-06 has 0 LEAD executors, must have exactly one`],
    ],
    [
      'an executor that is no department',
      'measure_executors',
      replace('WAGE-01,FGW,', 'WAGE-01,FGX,'),
      [`measure_executors:${lineOf('measure_executors', 'WAGE-01,FGW')} department_code no department FGX`],
    ],
    [
      'a department that executes a measure twice',
      'measure_executors',
      replace('WAGE-01,FGW,', 'WAGE-01,GXJ,'),
      [`measure_executors:${lineOf('measure_executors', 'WAGE-01,GXJ')} department_code GXJ executes WAGE-01 already`],
    ],
    [
      'an executor of an unknown measure',
      'measure_executors',
      replace('WAGE-01,FGW,', 'WAGE-99,FGW,'),
      [`measure_executors:${lineOf('measure_executors', 'WAGE-01,FGW')} measure_code no measure WAGE-99`],
    ],
    [
      'a notice rule for a department with a queue',
      'measure_executors',
      replace('WAGE-01,FGW,COOP,CITY,CITY_ALWAYS', 'WAGE-01,FGW,COOP,ABOVE,NOTICE_TO_CREDIT_OFFICE'),
      [`measure_executors:${lineOf('measure_executors', 'WAGE-01,FGW')} region_rule FGW is of level CITY`],
    ],
    [
      'a county copy as executor',
      'measure_executors',
      replace('WAGE-01,FGW,', 'WAGE-01,HZ-FGW,'),
      [
        `measure_executors:${lineOf('measure_executors', 'WAGE-01,FGW')} department_code name the city department; the county copy follows from the entry (R-4-4)`,
      ],
    ],
    [
      'a measure that stands twice',
      'measures',
      (text) => `${text.trimEnd()}\n${text.split('\n').find((line) => line.startsWith('WAGE-08,'))}\n`,
      [`measures:170 code WAGE-08 stands already on line ${lineOf('measures', 'WAGE-08,')}`],
    ],
    [
      'one restriction twice for one list, party and department',
      'measures',
      replace(',SUBJECT,BIDDING-BAN,,0,ENTRY_TERM,2020-05-01', ',SUBJECT,GOV-PROCUREMENT-BAN,,0,ENTRY_TERM,2020-05-01'),
      [`measures:${lineOf('measures', 'WAGE-03,')} canonical_code GOV-PROCUREMENT-BAN belongs already to WAGE-02 (BL-WAGE, GGZY)`],
    ],
    [
      'an impossible date',
      'measures',
      replace('FISCAL-FUNDS,,0,ENTRY_TERM,2020-05-01', 'FISCAL-FUNDS,,0,ENTRY_TERM,2020-02-30'),
      [`measures:${lineOf('measures', 'WAGE-01,')} effective_from Invalid ISO date`],
    ],
    [
      'a term that ends before it begins',
      'measures',
      replace('FISCAL-FUNDS,,0,ENTRY_TERM,2020-05-01,,', 'FISCAL-FUNDS,,0,ENTRY_TERM,2020-05-01,2020-04-30,'),
      [`measures:${lineOf('measures', 'WAGE-01,')} effective_to before effective_from`],
    ],
    [
      'an order to a bank',
      'measures',
      replace(
        'C13,3,REFERENCE,ON_EVENT,LEGAL;UNINC;IB,SUBJECT,CREDIT-REFERENCE,,0,ENTRY_TERM,2020',
        'C13,3,MANDATORY,ON_EVENT,LEGAL;UNINC;IB,SUBJECT,CREDIT-REFERENCE,,0,ENTRY_TERM,2020',
      ),
      [`measures:${lineOf('measures', 'WAGE-04,')} force group 3 must be REFERENCE (R-1-4)`],
    ],
    [
      'a class of another group',
      'measures',
      replace(
        '限制政府资金支持,Limits on government funds,ADM,C07,2,MANDATORY',
        '限制政府资金支持,Limits on government funds,ADM,C07,1,MANDATORY',
      ),
      [`measures:${lineOf('measures', 'WAGE-01,')} group class C07 is of group 2`],
    ],
    [
      'a restriction that would also meet minor records',
      'measures',
      replace('SUBJECT,BOND-ISSUE,SERIOUS,1,', 'SUBJECT,BOND-ISSUE,,1,'),
      [`measures:${lineOf('measures', 'COURT-02,')} min_grade a RECOMMENDED restriction needs it (R-4-7)`],
    ],
    [
      'a mixed condition',
      'measures',
      replace('CRIME_SENTENCED|REMOVED_FROM_POST', 'CRIME_SENTENCED|REMOVED_FROM_POST&FOOD_DRUG'),
      [`measures:${lineOf('measures', 'SAFE-07,')} condition codes joined by & or |, never both`],
    ],
    [
      'an unknown role',
      'measures',
      replace('PERSON,PRINCIPAL,SAFETY-HEAD-BAN', 'PERSON,CHAIRMAN,SAFETY-HEAD-BAN'),
      [expect.stringContaining(`measures:${lineOf('measures', 'SAFE-07,')} party_roles`) as unknown as string],
    ],
    [
      'a basis of an unknown measure',
      'measure_basis',
      replace('WAGE-01,保障', 'WAGE-99,保障'),
      [`measure_basis:${lineOf('measure_basis', 'WAGE-01,保障')} measure_code no measure WAGE-99`],
    ],
    [
      'a verified basis of doubtful confidence',
      'measure_basis',
      replace('SAFE-05A,安全生产法,第78条,LAW,BL-SAFE,0,M', 'SAFE-05A,安全生产法,第78条,LAW,BL-SAFE,1,M'),
      [
        `measure_basis:${lineOf('measure_basis', 'SAFE-05A,安全')} verified exactly citations of confidence H are verified (catalogue rule 13)`,
      ],
    ],
    [
      'a county copy of nobody',
      'departments',
      replace('320706,SCJGJ,', '320706,SCJGX,'),
      [`departments:${lineOf('departments', 'HZ-SCJGJ,')} parent_code no department SCJGX`],
    ],
    [
      'a body above the city with a queue',
      'departments',
      replace('ENTERPRISE,,2018-04-24,0,0,0,ABOVE', 'ENTERPRISE,,2018-04-24,0,0,1,ABOVE'),
      [`departments:${lineOf('departments', 'UP-RAIL,')} tenant level ABOVE has no queue here`],
    ],
    [
      'two offices of one region',
      'departments',
      replace('COUNTY,320703,,,1,,M', 'COUNTY,320706,,,1,,M'),
      [`departments:${lineOf('departments', 'HZ,')} region_code region already of LY`],
    ],
    [
      'a zone without its host',
      'departments',
      replace('COUNTY,320771,,LY,1,1,L', 'COUNTY,320771,,LYX,1,1,L'),
      [`departments:${lineOf('departments', 'KFQ,')} zone_host no county office LYX`],
    ],
    [
      'a matter about nothing',
      'matters',
      replace('GCZB-TB,工程建设项目招投标,Bid in construction tender,GGZY,BIDDING-BAN', 'GCZB-TB,工程建设项目招投标,Bid,GGZY,NOTHING'),
      [`matters:${lineOf('matters', 'GCZB-TB')} canonical_codes no measure has the canonical code NOTHING`],
    ],
    [
      'a column too few',
      'matters',
      (text) => text.replace(',canonical_codes', ''),
      [expect.stringContaining('matters:1 - the header must read') as unknown as string],
    ],
    ['a cell too many', 'classes', replace('C01,1,', 'C01,1,1,'), ['classes:2 - 6 cells instead of 5']],
    [
      'an open quote',
      'classes',
      replace('C01,1,限', 'C01,1,"限'),
      [expect.stringMatching(/^classes:[0-9]+ - Quote Not Closed/) as unknown as string],
    ],
    ['an empty file', 'classes', () => '', ['classes:1 - the file is empty']],
  ])('%s', (_name, file, edit, expected) => {
    expect(faultsAfter(file, edit)).toEqual(expect.arrayContaining(expected));
  });

  test('all faults come at once, and nothing is loaded', () => {
    const changed = {
      ...texts,
      measures: texts.measures.replace('2016-09-25', '2016-09-31').replace('MANDATORY', 'MUST'),
      matters: texts.matters.replace('ZFCG-TB', ''),
    };
    const loaded = parseCatalogue(changed, 1);
    expect(loaded.ok ? [] : loaded.faults.map(({ file, line, column }) => `${file}:${line} ${column}`)).toEqual([
      'measures:2 effective_from',
      'measures:6 force',
      'matters:2 code',
    ]);
  });
});
