import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogueMeasure } from '@lianxin/contracts';
import { CsvError, parse } from 'csv-parse/sync';
import type { z } from 'zod';
import { checkCatalogue } from './catalogue.check.ts';
import { type CatalogueFault, type CatalogueRows, type FileName, fileNames, type Rows, rowSchemas } from './catalogue.rows.ts';
import type { Catalogue, Department, Memorandum } from './catalogue.rules.ts';
import { english } from './catalogue-fault.texts.ts';

export type CatalogueTexts = { readonly [Name in FileName]: string };
export type LoadedCatalogue =
  | { readonly ok: true; readonly catalogue: Catalogue }
  | { readonly ok: false; readonly faults: readonly CatalogueFault[] };

/**
 * Reads the catalogue files of a folder as one version.
 * @throws Error naming every fault with file, line and column.
 */
export function loadCatalogue(directory: string, version: number): Catalogue {
  const loaded = parseCatalogue(readCatalogueTexts(directory), version);
  if (loaded.ok) return loaded.catalogue;
  const lines = loaded.faults.map((fault) => `${fault.file}.csv:${fault.line} ${fault.column ?? ''}: ${fault.message}`);
  throw new Error(`the catalogue in ${directory} has ${lines.length} fault(s):\n${lines.join('\n')}`);
}

export function readCatalogueTexts(directory: string): CatalogueTexts {
  return Object.fromEntries(fileNames.map((name) => [name, readFileSync(join(directory, `${name}.csv`), 'utf8')])) as CatalogueTexts;
}

/** Texts → a checked catalogue, or all faults at once: those of single cells first, then those between rows. */
export function parseCatalogue(texts: CatalogueTexts, version: number): LoadedCatalogue {
  const faults: CatalogueFault[] = [];
  const rows: CatalogueRows = {
    classes: parseFile('classes', texts.classes, faults),
    departments: parseFile('departments', texts.departments, faults),
    memoranda: parseFile('memoranda', texts.memoranda, faults),
    measures: parseFile('measures', texts.measures, faults),
    measure_executors: parseFile('measure_executors', texts.measure_executors, faults),
    measure_basis: parseFile('measure_basis', texts.measure_basis, faults),
    matters: parseFile('matters', texts.matters, faults),
  };
  if (faults.length === 0) faults.push(...checkCatalogue(rows));
  return faults.length === 0 ? { ok: true, catalogue: assemble(rows, version) } : { ok: false, faults };
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function parseFile<Name extends FileName>(file: Name, text: string, faults: CatalogueFault[]): Rows<Name> {
  const columns = Object.keys(rowSchemas[file].shape);
  const [header, ...records] = readRecords(file, text, faults);
  if (header === undefined) return [];
  if (header.record.join() !== columns.join()) {
    faults.push({ file, line: 1, column: null, message: `the header must read ${columns.join()}` });
    return [];
  }
  return records.flatMap(({ record, info }) => {
    if (record.length !== columns.length) {
      faults.push({ file, line: info.lines, column: null, message: `${record.length} cells instead of ${columns.length}` });
      return [];
    }
    const parsed = rowSchemas[file].safeParse(Object.fromEntries(columns.map((column, place) => [column, record[place]])), {
      error: english,
    });
    if (parsed.success) return [{ ...parsed.data, line: info.lines }];
    faults.push(...parsed.error.issues.map((issue) => cellFault(file, info.lines, issue)));
    return [];
  }) as unknown as Rows<Name>;
}

function readRecords(file: FileName, text: string, faults: CatalogueFault[]): CsvRecord[] {
  try {
    const records = parse(text, { bom: true, info: true, relax_column_count: true }) as unknown as CsvRecord[];
    if (records.length === 0) faults.push({ file, line: 1, column: null, message: 'the file is empty' });
    return records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    faults.push({ file, line: Number(error['lines'] ?? 1), column: null, message: error.message });
    return [];
  }
}

function cellFault(file: FileName, line: number, issue: z.core.$ZodIssue): CatalogueFault {
  return { file, line, column: String(issue.path[0]), message: issue.message };
}

function assemble(rows: CatalogueRows, version: number): Catalogue {
  return {
    version,
    classes: rows.classes.map((row) => ({ code: row.code, group: row.group, nameZh: row.name_zh, nameEn: row.name_en })),
    departments: rows.departments.map(toDepartment),
    memoranda: rows.memoranda.map(toMemorandum),
    measures: rows.measures.map((row) => toMeasure(row, rows)),
    matters: rows.matters.map((row) => ({
      code: row.code,
      nameZh: row.name_zh,
      nameEn: row.name_en,
      departmentCode: row.department_code,
      canonicalCodes: row.canonical_codes,
    })),
  };
}

type Row<Name extends FileName> = CatalogueRows[Name][number];

export function toDepartment(
  row: Omit<Row<'departments'>, 'predecessor_zh' | 'seed_named' | 'member' | 'confidence' | 'line'>,
): Department {
  return {
    code: row.code,
    nameZh: row.name_zh,
    nameEn: row.name_en,
    kind: row.kind,
    level: row.level,
    tenant: row.tenant,
    supervised: row.supervised,
    regionCode: row.region_code,
    parentCode: row.parent_code,
    zoneHost: row.zone_host,
    zoneDelegated: row.zone_delegated,
    validFrom: row.valid_from,
  };
}

export function toMemorandum(row: Omit<Row<'memoranda'>, 'line'>): Memorandum {
  return {
    code: row.code,
    listCode: row.list_code,
    titleZh: row.title_zh,
    leadDepartmentsZh: row.lead_dept,
    documentNo: row.doc_no,
    dateOrYear: row.date_or_year,
    signingDepartments: row.signing_departments,
    status: row.status,
    field: row.field,
    verified: row.confidence === 'H',
  };
}

function toMeasure(row: Row<'measures'>, rows: CatalogueRows): CatalogueMeasure {
  return {
    ...toMeasureHead(row),
    executors: rows.measure_executors.filter((executor) => executor.measure_code === row.code).map(toExecutor),
    bases: rows.measure_basis.filter((basis) => basis.measure_code === row.code).map(toBasis),
  };
}

export function toMeasureHead(
  row: Omit<Row<'measures'>, 'confidence' | 'gate_expected' | 'line'>,
): Omit<CatalogueMeasure, 'executors' | 'bases'> {
  return {
    code: row.code,
    listCodes: row.list_codes,
    memoCode: row.memo_code,
    direction: row.direction,
    nameZh: row.name_zh,
    nameEn: row.name_en,
    kind: row.kind,
    class: row.class,
    group: row.group,
    force: row.force,
    trigger: row.trigger,
    subjectKinds: row.subject_kinds,
    partyRoles: row.party_roles,
    canonicalCode: row.canonical_code,
    minGrade: row.min_grade,
    holdExempt: row.hold_exempt,
    termRule: row.term_rule,
    effectiveFrom: row.effective_from,
    effectiveTo: row.effective_to,
    condition: row.condition,
  };
}

export function toExecutor(
  row: Pick<Row<'measure_executors'>, 'department_code' | 'role' | 'region_rule'>,
): CatalogueMeasure['executors'][number] {
  return { departmentCode: row.department_code, role: row.role, regionRule: row.region_rule };
}

export function toBasis(
  row: Omit<Row<'measure_basis'>, 'measure_code' | 'confidence' | 'gate_expected' | 'line'>,
): CatalogueMeasure['bases'][number] {
  return {
    document: row.document_zh,
    article: row.article,
    basisKind: row.basis_kind,
    coversLists: row.covers_lists,
    verified: row.verified,
    effectiveFrom: row.effective_from,
  };
}
