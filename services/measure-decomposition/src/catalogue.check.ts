import type { CatalogueFault, CatalogueRows, FileName } from './catalogue.rows.ts';

type Report = (file: FileName, line: number, column: string | null, message: string) => void;

/** What must hold between rows, beyond the form of each cell. Every fault is reported, not only the first. */
export function checkCatalogue(rows: CatalogueRows): CatalogueFault[] {
  const faults: CatalogueFault[] = [];
  const report: Report = (file, line, column, message) => faults.push({ file, line, column, message });
  for (const file of ['classes', 'departments', 'memoranda', 'measures', 'matters'] as const) checkUnique(file, rows[file], report);
  checkDepartments(rows, report);
  checkMeasures(rows, report);
  checkExecutors(rows, report);
  checkBases(rows, report);
  checkCanonicalCodes(rows, report);
  checkMatters(rows, report);
  return faults;
}

function checkUnique(file: FileName, rows: ReadonlyArray<{ code: string; line: number }>, report: Report): void {
  const firstLines = new Map<string, number>();
  for (const { code, line } of rows) {
    const firstLine = firstLines.get(code);
    if (firstLine === undefined) firstLines.set(code, line);
    else report(file, line, 'code', `${code} stands already on line ${firstLine}`);
  }
}

function checkDepartments({ departments }: CatalogueRows, report: Report): void {
  const codes = new Set(departments.map((department) => department.code));
  const offices = departments.filter((department) => department.level === 'COUNTY' && department.parent_code === null);
  const officeCodes = new Set(offices.map((office) => office.code));
  const regions = new Map<string, string>();
  for (const department of departments) {
    const fault = (column: string, message: string) => report('departments', department.line, column, message);
    const isOffice = officeCodes.has(department.code);
    if (department.tenant !== (department.level === 'CITY' || department.level === 'COUNTY')) {
      fault('tenant', `level ${department.level} ${department.tenant ? 'has no queue here' : 'must have a queue here'}`);
    }
    if (department.parent_code !== null && !codes.has(department.parent_code)) {
      fault('parent_code', `no department ${department.parent_code}`);
    }
    if (department.zone_host !== null && !officeCodes.has(department.zone_host)) {
      fault('zone_host', `no county office ${department.zone_host}`);
    }
    const isZoneOffice = isOffice && department.zone_host !== null;
    if ((department.zone_delegated !== null) !== isZoneOffice) {
      fault('zone_delegated', isZoneOffice ? 'the office of a zone must say 0 or 1' : 'only the office of a zone has it');
    }
    if (!isOffice) continue;
    if (department.region_code === null) fault('region_code', 'the office of a county or zone needs its region');
    else if (regions.has(department.region_code)) fault('region_code', `region already of ${regions.get(department.region_code)}`);
    else regions.set(department.region_code, department.code);
  }
}

function checkMeasures({ measures, classes, memoranda }: CatalogueRows, report: Report): void {
  const groupOfClass = new Map(classes.map((row) => [row.code, row.group]));
  const memorandumCodes = new Set(memoranda.map((row) => row.code));
  for (const measure of measures) {
    const fault = (column: string, message: string) => report('measures', measure.line, column, message);
    const group = groupOfClass.get(measure.class);
    if (group === undefined) fault('class', `no class ${measure.class}`);
    else if (group !== measure.group) fault('group', `class ${measure.class} is of group ${group}`);
    if ((measure.direction === 'REWARD') !== (measure.group === 'R')) fault('direction', 'rewards, and only they, are of group R');
    // R-1-4: a body outside government can only be informed.
    if (measure.group === '3' && measure.force !== 'REFERENCE') fault('force', 'group 3 must be REFERENCE (R-1-4)');
    // R-4-7 by catalogue rule 11: a forgotten grade would punish minor records.
    const needsGrade = measure.direction === 'PUNISH' && measure.force === 'RECOMMENDED';
    if (needsGrade !== (measure.min_grade !== null)) {
      fault('min_grade', needsGrade ? 'a RECOMMENDED restriction needs it (R-4-7)' : 'only a RECOMMENDED restriction has it (R-4-7)');
    }
    if (measure.memo_code !== null && !memorandumCodes.has(measure.memo_code)) fault('memo_code', `no memorandum ${measure.memo_code}`);
    if (measure.effective_to !== null && measure.effective_to < measure.effective_from) {
      fault('effective_to', 'before effective_from');
    }
  }
}

function checkExecutors({ measures, departments, measure_executors }: CatalogueRows, report: Report): void {
  const measureCodes = new Set(measures.map((measure) => measure.code));
  const levels = new Map(departments.map((department) => [department.code, department.level]));
  const seen = new Set<string>();
  const leads = new Map<string, number>();
  for (const executor of measure_executors) {
    const fault = (column: string, message: string) => report('measure_executors', executor.line, column, message);
    const level = levels.get(executor.department_code);
    const key = `${executor.measure_code} ${executor.department_code}`;
    if (!measureCodes.has(executor.measure_code)) fault('measure_code', `no measure ${executor.measure_code}`);
    if (seen.has(key)) fault('department_code', `${executor.department_code} executes ${executor.measure_code} already`);
    seen.add(key);
    if (executor.role === 'LEAD') leads.set(executor.measure_code, (leads.get(executor.measure_code) ?? 0) + 1);
    if (level === undefined) {
      fault('department_code', `no department ${executor.department_code}`);
      continue;
    }
    const above = level === 'ABOVE' || level === 'OUTSIDE';
    if (above !== (executor.region_rule === 'NOTICE_TO_CREDIT_OFFICE')) {
      fault('region_rule', `${executor.department_code} is of level ${level}`);
    }
    if (level === 'COUNTY') fault('department_code', 'name the city department; the county copy follows from the entry (R-4-4)');
  }
  for (const measure of measures) {
    const count = leads.get(measure.code) ?? 0;
    if (count !== 1) report('measures', measure.line, 'code', `${measure.code} has ${count} LEAD executors, must have exactly one`);
  }
}

/** A measure without any basis is allowed: its gate is CLOSED (R-4-6). */
function checkBases({ measures, measure_basis }: CatalogueRows, report: Report): void {
  const measureCodes = new Set(measures.map((measure) => measure.code));
  for (const basis of measure_basis) {
    if (!measureCodes.has(basis.measure_code)) report('measure_basis', basis.line, 'measure_code', `no measure ${basis.measure_code}`);
    if (basis.verified !== (basis.confidence === 'H')) {
      report('measure_basis', basis.line, 'verified', 'exactly citations of confidence H are verified (catalogue rule 13)');
    }
  }
}

/** Catalogue rule 23: two rows with one canonical code would be one task with two masters. */
function checkCanonicalCodes({ measures, measure_executors }: CatalogueRows, report: Report): void {
  const departmentsOf = new Map<string, string[]>();
  for (const { measure_code, department_code } of measure_executors) {
    departmentsOf.set(measure_code, [...(departmentsOf.get(measure_code) ?? []), department_code]);
  }
  const owners = new Map<string, string>();
  for (const measure of measures) {
    const clashes = new Set<string>();
    for (const listCode of measure.list_codes)
      for (const kind of measure.subject_kinds)
        for (const role of measure.party_roles)
          for (const department of departmentsOf.get(measure.code) ?? []) {
            const key = [listCode, kind, role, department, measure.canonical_code].join(' ');
            const owner = owners.get(key);
            if (owner === undefined) owners.set(key, measure.code);
            else if (owner !== measure.code) clashes.add(`${owner} (${listCode}, ${department})`);
          }
    if (clashes.size > 0) {
      report('measures', measure.line, 'canonical_code', `${measure.canonical_code} belongs already to ${[...clashes].join(', ')}`);
    }
  }
}

function checkMatters({ matters, measures, departments }: CatalogueRows, report: Report): void {
  const canonicalCodes = new Set(measures.map((measure) => measure.canonical_code));
  const departmentCodes = new Set(departments.map((department) => department.code));
  for (const matter of matters) {
    if (!departmentCodes.has(matter.department_code)) {
      report('matters', matter.line, 'department_code', `no department ${matter.department_code}`);
    }
    for (const code of matter.canonical_codes) {
      if (!canonicalCodes.has(code)) report('matters', matter.line, 'canonical_codes', `no measure has the canonical code ${code}`);
    }
  }
}
