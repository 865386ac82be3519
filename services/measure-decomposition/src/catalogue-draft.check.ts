import type { CatalogueMeasure } from '@lianxin/contracts';
import { checkCatalogue } from './catalogue.check.ts';
import type { CatalogueRows, FileName } from './catalogue.rows.ts';
import type { Catalogue, Department, Memorandum } from './catalogue.rules.ts';
import type { RowKind } from './catalogue-content.rules.ts';
import { faultTextZh } from './catalogue-fault.texts.ts';

/** Something of a draft that must not come into force, by the row that it is about. */
export interface DraftFault {
  readonly kind: RowKind;
  readonly code: string;
  readonly field: string | null;
  readonly textZh: string;
}

/** The same checks as the files of the first version pass, on rows that are edited one by one; and what only later versions have: departments that end. */
export function checkDraft(catalogue: Catalogue, effectiveFrom: string | null): DraftFault[] {
  const rows = fileRowsOf(catalogue);
  const faults = checkCatalogue(rows).map((fault): DraftFault => {
    const { kind, code } = placeOf(rows, fault.file, fault.line);
    return { kind, code, field: fault.column, textZh: faultTextZh(fault.message) };
  });
  return [...faults, ...endFaults(catalogue, effectiveFrom), ...mergerFaults(catalogue, effectiveFrom)];
}

/** A measure ends on the day before a version, which lifts what runs on it: an end inside the life of a version would be carried out by nobody (R-4-8). */
function endFaults({ measures }: Catalogue, effectiveFrom: string | null): DraftFault[] {
  if (effectiveFrom === null) return [];
  return measures.flatMap(({ code, effectiveTo }): DraftFault[] => {
    if (effectiveTo === null || effectiveTo < effectiveFrom) return [];
    const remedy = `须早于本版本施行日 ${effectiveFrom}：到期之日在后的，请另拟一个自 ${effectiveTo} 次日起施行的版本，届时在执行的任务一并解除`;
    return [{ kind: 'MEASURE', code, field: 'effectiveTo', textZh: `措施 ${code} 的失效日期 ${effectiveTo} ${remedy}` }];
  });
}

function mergerFaults({ departments }: Catalogue, effectiveFrom: string | null): DraftFault[] {
  const byCode = new Map(departments.map((department) => [department.code, department]));
  const fault = (code: string, field: string, textZh: string): DraftFault => ({ kind: 'DEPARTMENT', code, field, textZh });
  return departments.flatMap((department) => {
    const { code, validFrom } = department;
    const [validTo, successor] = [department.validTo ?? null, department.successorCode ?? null];
    if (validTo === null) return successor === null ? [] : [fault(code, 'validTo', '有承接部门的，须写明撤销日期')];
    const faults: DraftFault[] = [];
    if (validTo < validFrom) faults.push(fault(code, 'validTo', '撤销日期早于设立日期'));
    // Whoever is gone executes nothing from the first day of the version: its last day must lie before.
    if (effectiveFrom !== null && validTo >= effectiveFrom)
      faults.push(fault(code, 'validTo', `撤销日期须早于本版本施行日 ${effectiveFrom}`));
    if (successor === null) return faults;
    if (!byCode.has(successor)) faults.push(fault(code, 'successorCode', `没有部门 ${successor}`));
    if (successionEnds(byCode, code) === null) faults.push(fault(code, 'successorCode', '承接关系成环，或者承接部门也已撤销而无承接'));
    else if (byCode.get(successor)?.tenant !== department.tenant)
      faults.push(fault(code, 'successorCode', '承接部门与本部门须同为设队列的单位'));
    return faults;
  });
}

function successionEnds(byCode: ReadonlyMap<string, Department>, code: string): string | null {
  const passed = new Set<string>();
  for (let at: string | null = code; at !== null; ) {
    if (passed.has(at)) return null;
    passed.add(at);
    const department = byCode.get(at);
    if (department === undefined) return null;
    if ((department.validTo ?? null) === null) return at;
    at = department.successorCode ?? null;
  }
  return null;
}

const kindOf = {
  classes: 'CLASS',
  departments: 'DEPARTMENT',
  memoranda: 'MEMORANDUM',
  measures: 'MEASURE',
  measure_executors: 'MEASURE',
  measure_basis: 'MEASURE',
  matters: 'MATTER',
} as const satisfies Record<FileName, RowKind>;

function placeOf(rows: CatalogueRows, file: FileName, line: number): { kind: RowKind; code: string } {
  const row = rows[file].find((one) => one.line === line);
  const code = row === undefined ? '' : 'measure_code' in row ? row.measure_code : row.code;
  return { kind: kindOf[file], code };
}

/** The rows as the files would hold them. What only explains a row there, and is not kept, stands in for itself: the checks do not look at it. */
export function fileRowsOf(catalogue: Catalogue): CatalogueRows {
  const numbered = <Row extends object>(rows: readonly Row[]) => rows.map((row, place) => ({ ...row, line: place + 1 }));
  return {
    classes: numbered(
      catalogue.classes.map(({ code, group, nameZh, nameEn }) => ({
        code,
        group,
        name_zh: nameZh,
        name_en: nameEn,
        confidence: 'H' as const,
      })),
    ),
    departments: numbered(catalogue.departments.map(departmentRow)),
    memoranda: numbered(catalogue.memoranda.map(memorandumRow)),
    measures: numbered(catalogue.measures.map(measureRow)),
    measure_executors: numbered(catalogue.measures.flatMap(executorRows)),
    measure_basis: numbered(catalogue.measures.flatMap(basisRows)),
    matters: numbered(
      catalogue.matters.map((matter) => ({
        code: matter.code,
        name_zh: matter.nameZh,
        name_en: matter.nameEn,
        department_code: matter.departmentCode,
        canonical_codes: [...matter.canonicalCodes],
      })),
    ),
  } as unknown as CatalogueRows;
}

function departmentRow(department: Department) {
  return {
    code: department.code,
    name_zh: department.nameZh,
    name_en: department.nameEn,
    kind: department.kind,
    valid_from: department.validFrom,
    tenant: department.tenant,
    level: department.level,
    region_code: department.regionCode,
    parent_code: department.parentCode,
    zone_host: department.zoneHost,
    supervised: department.supervised,
    zone_delegated: department.zoneDelegated,
  };
}

function memorandumRow(memorandum: Memorandum) {
  return {
    code: memorandum.code,
    list_code: memorandum.listCode,
    title_zh: memorandum.titleZh,
    lead_dept: [...memorandum.leadDepartmentsZh],
    doc_no: memorandum.documentNo,
    date_or_year: memorandum.dateOrYear,
    signing_departments: memorandum.signingDepartments,
    confidence: memorandum.verified ? 'H' : 'M',
    status: memorandum.status,
    field: memorandum.field,
  };
}

function measureRow(measure: CatalogueMeasure) {
  return {
    code: measure.code,
    list_codes: [...measure.listCodes],
    memo_code: measure.memoCode,
    direction: measure.direction,
    name_zh: measure.nameZh,
    name_en: measure.nameEn,
    kind: measure.kind,
    class: measure.class,
    group: measure.group,
    force: measure.force,
    trigger: measure.trigger,
    subject_kinds: [...measure.subjectKinds],
    party_roles: [...measure.partyRoles],
    canonical_code: measure.canonicalCode,
    min_grade: measure.minGrade,
    hold_exempt: measure.holdExempt,
    term_rule: measure.termRule,
    effective_from: measure.effectiveFrom,
    effective_to: measure.effectiveTo,
    condition: measure.condition,
  };
}

function executorRows(measure: CatalogueMeasure) {
  return measure.executors.map(({ departmentCode, role, regionRule }) => ({
    measure_code: measure.code,
    department_code: departmentCode,
    role,
    region_rule: regionRule,
  }));
}

function basisRows(measure: CatalogueMeasure) {
  return measure.bases.map((basis) => ({
    measure_code: measure.code,
    document_zh: basis.document,
    article: basis.article,
    basis_kind: basis.basisKind,
    covers_lists: [...basis.coversLists],
    verified: basis.verified,
    // Rule 13 ties the two; the office that edits a version confirms a citation by calling it verified.
    confidence: basis.verified ? 'H' : 'M',
    effective_from: basis.effectiveFrom,
  }));
}
