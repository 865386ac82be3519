import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ListEntryActivated } from '@lianxin/contracts';
import { catalogueDirectory } from './plan-fixtures.ts';

/**
 * The plan a second time, written from the words of the catalogue's README over the raw text of its files: rows against rows, no index,
 * nothing of the service's own rules. Slow on purpose.
 */
type Raw = Record<string, string>;

function readRows(name: string): Raw[] {
  const [header = '', ...lines] = readFileSync(join(catalogueDirectory, `${name}.csv`), 'utf8')
    .trimEnd()
    .split('\n');
  const columns = header.split(',');
  return lines.map((line) => {
    const cells: string[] = [''];
    let quoted = false;
    for (const sign of line) {
      if (sign === '"') quoted = !quoted;
      else if (sign === ',' && !quoted) cells.push('');
      else cells[cells.length - 1] += sign;
    }
    return Object.fromEntries(columns.map((column, place) => [column, cells[place] ?? '']));
  });
}

const measures = readRows('measures');
const executors = readRows('measure_executors');
const bases = readRows('measure_basis');
const departments = readRows('departments');
const has = (cell: string | undefined, value: string) => `;${cell};`.includes(`;${value};`);

export interface Expected {
  items: string[];
  skips: string[];
  noMeasureFound: boolean;
  withoutDepartment: string[];
}

export function expectedPlan(entry: ListEntryActivated): Expected {
  const expected: Expected = { items: [], skips: [], noMeasureFound: false, withoutDepartment: [] };
  const reward = entry.listType === 'RED';
  for (const party of entry.parties) {
    if (!party.named || !party.served) {
      expected.skips.push(`PARTY ${party.partyId} PARTY_NOT_SERVED`);
      continue;
    }
    for (const m of measures) {
      if (!has(m['list_codes'], entry.listCode)) continue;
      if (m['direction'] !== (reward ? 'REWARD' : 'PUNISH')) continue;
      if (!has(m['subject_kinds'], party.kind) || !has(m['party_roles'], party.role)) continue;
      if (String(m['effective_from']) > entry.activatedOn) continue;
      if (m['effective_to'] !== '' && String(m['effective_to']) < entry.activatedOn) continue;
      const reason = whyNot(m, entry, reward);
      if (reason !== '') {
        expected.skips.push(`${m['code']} ${party.partyId} ${reason}`);
        continue;
      }
      let executed = 0;
      for (const x of executors) {
        if (x['measure_code'] !== m['code']) continue;
        const department = whoActs(x, entry);
        if (department === undefined) {
          expected.withoutDepartment.push(String(m['code']));
          continue;
        }
        executed += 1;
        const notice =
          m['force'] === 'REFERENCE' ||
          ['C12', 'C13', 'C14'].includes(String(m['class'])) ||
          department['level'] === 'ABOVE' ||
          department['level'] === 'OUTSIDE';
        const unsupervised = ['ZY', 'JCY', 'JW', 'ZZB'].includes(String(department['code']));
        expected.items.push(
          [m['code'], party.partyId, department['code'], x['role'], m['force'], notice, !notice && !unsupervised].join(' '),
        );
      }
      if (executed === 0) expected.skips.push(`${m['code']} ${party.partyId} NO_EXECUTOR`);
    }
  }
  expected.noMeasureFound = expected.items.length === 0;
  expected.items.sort();
  expected.skips.sort();
  expected.withoutDepartment = [...new Set(expected.withoutDepartment)].sort();
  return expected;
}

/** Catalogue rule 18 with R-4-2: the first reason that fits, or nothing. */
function whyNot(m: Raw, entry: ListEntryActivated, reward: boolean): string {
  if (entry.listType === 'FOCUS' && m['class'] !== 'C10') return 'FOCUS_ONLY_C10';
  if (!reward && String(m['effective_from']) > entry.decision.date) return 'NOT_RETROACTIVE';
  const needsBasis = reward ? m['class'] === 'R04' : !['C12', 'C13', 'C14'].includes(String(m['class']));
  if (needsBasis) {
    let open = false;
    for (const b of bases) {
      if (b['measure_code'] !== m['code'] || b['verified'] !== '1' || !has(b['covers_lists'], entry.listCode)) continue;
      if (b['basis_kind'] !== 'LAW' && b['basis_kind'] !== 'ADMIN_REG' && b['basis_kind'] !== 'CENTRAL_POLICY') continue;
      const day = reward ? entry.activatedOn : [entry.decision.date, entry.activatedOn].sort()[0];
      if (String(b['effective_from']) <= String(day)) open = true;
    }
    if (!open) return 'NO_LEGAL_BASIS';
  }
  const condition = String(m['condition']);
  const given = (code: string) => entry.conditions.some((c) => c.code === code && c.documentNo !== '');
  if (condition.includes('&') && condition.split('&').filter((code) => !given(code)).length > 0) return 'CONDITION_NOT_PROVED';
  if (condition.includes('|') && condition.split('|').filter(given).length === 0) return 'CONDITION_NOT_PROVED';
  if (condition !== '' && !/[&|]/.test(condition) && !given(condition)) return 'CONDITION_NOT_PROVED';
  if (m['force'] !== 'MANDATORY' && m['min_grade'] === 'SERIOUS' && entry.grade !== 'SERIOUS') return 'BELOW_MIN_GRADE';
  if (m['force'] !== 'MANDATORY' && m['min_grade'] === 'GENERAL' && entry.grade === 'MINOR') return 'BELOW_MIN_GRADE';
  return '';
}

/** Catalogue rule 8. */
function whoActs(x: Raw, entry: ListEntryActivated): Raw | undefined {
  const code = x['department_code'];
  if (x['region_rule'] !== 'ENTRY_LEVEL' || entry.level === 'CITY') return departments.find((d) => d['code'] === code);
  const copies = departments.filter((d) => d['parent_code'] === code && d['region_code'] === entry.regionCode);
  return copies.find((d) => d['level'] === 'COUNTY');
}
