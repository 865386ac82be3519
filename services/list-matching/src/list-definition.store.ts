import type { Transaction } from '@lianxin/platform';
import type { ListDefinition } from './list-definition.rules.ts';

const columns = `code, version, name_zh AS "nameZh", name_en AS "nameEn", type, field, designating_departments AS "designatingDepartments", basis,
  basis_kind AS "basisKind", status, default_months AS "defaultMonths", min_repair_months AS "minRepairMonths", subject_kinds AS "subjectKinds",
  publish_person AS "publishPerson", hold_exempt_default AS "holdExemptDefault", effective_from AS "effectiveFrom", effective_to AS "effectiveTo",
  confidence, term_kind AS "termKind", term_min_months AS "termMinMonths", term_max_months AS "termMaxMonths", court_exit AS "courtExit"`;

/** Adds versions that are not there yet. Replicas that start together add the same rows once: who comes second waits, then finds them. */
export async function insertDefinitions(tx: Transaction, definitions: readonly ListDefinition[]): Promise<void> {
  const rows = definitions.map((definition) => ({
    code: definition.code,
    version: definition.version,
    name_zh: definition.nameZh,
    name_en: definition.nameEn,
    type: definition.type,
    field: definition.field,
    designating_departments: definition.designatingDepartments,
    basis: definition.basis,
    basis_kind: definition.basisKind,
    status: definition.status,
    default_months: definition.defaultMonths,
    min_repair_months: definition.minRepairMonths,
    subject_kinds: definition.subjectKinds,
    publish_person: definition.publishPerson,
    hold_exempt_default: definition.holdExemptDefault,
    effective_from: definition.effectiveFrom,
    effective_to: definition.effectiveTo,
    confidence: definition.confidence,
    term_kind: definition.termKind,
    term_min_months: definition.termMinMonths,
    term_max_months: definition.termMaxMonths,
    court_exit: definition.courtExit,
  }));
  await tx.execute(
    `INSERT INTO list_definition SELECT * FROM jsonb_populate_recordset(NULL::list_definition, $1::jsonb) AS row ORDER BY row.code, row.version
     ON CONFLICT (code, version) DO NOTHING`,
    [JSON.stringify(rows)],
  );
}

/** Every version of these lists. */
export function findDefinitions(tx: Transaction, codes: readonly string[]): Promise<ListDefinition[]> {
  return tx.query<ListDefinition>(`SELECT ${columns} FROM list_definition WHERE code = ANY($1)`, [[...new Set(codes)]]);
}

/** The version by which an entry was judged. */
export async function getDefinition(tx: Transaction, code: string, version: number): Promise<ListDefinition> {
  const [definition] = await tx.query<ListDefinition>(`SELECT ${columns} FROM list_definition WHERE code = $1 AND version = $2`, [
    code,
    version,
  ]);
  if (definition === undefined) throw new Error(`list ${code} has no version ${version}`);
  return definition;
}

export function allDefinitions(tx: Transaction): Promise<ListDefinition[]> {
  return tx.query<ListDefinition>(`SELECT ${columns} FROM list_definition ORDER BY code, version`);
}

/** Lists that are enabled today, as choices of a template. */
export function enabledLists(tx: Transaction): Promise<{ code: string; labelZh: string }[]> {
  return tx.query(
    `SELECT code, name_zh AS "labelZh" FROM list_definition AS newest
     WHERE status = 'ENABLED' AND version = (SELECT max(version) FROM list_definition AS other WHERE other.code = newest.code) ORDER BY code`,
  );
}
