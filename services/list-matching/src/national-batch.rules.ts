import {
  addWorkingDays,
  currentRegionCode,
  type ListEntryRequest,
  normaliseOrganisationName,
  type Origin,
  type SubjectKind,
  type WorkingDayCalendar,
} from '@lianxin/contracts';
import type { ListDefinition } from './list-definition.rules.ts';

export type OriginFromAbove = Extract<Origin, 'NATIONAL' | 'PROVINCIAL'>;

/** One row of a batch as the platform above sent it (R-2-17). Organisations only. */
export interface BatchRowContent {
  readonly name: string;
  readonly usccCode?: string | undefined;
  readonly kind?: Exclude<SubjectKind, 'PERSON'> | undefined;
  /** Code of the list, or its Chinese name. */
  readonly list: string;
  readonly reason: string;
  readonly designatingUnit: string;
  readonly decisionNumber?: string | undefined;
  readonly decisionDate: string;
  readonly regionCode?: string | undefined;
  readonly validTo?: string | undefined;
  readonly sourceRecordId?: string | undefined;
  readonly organisationCode?: string | undefined;
  readonly registrationNo?: string | undefined;
  readonly taxNo?: string | undefined;
  readonly address?: string | undefined;
}
/** A row with the names of persons by which its subject may be found; those are kept sealed. */
export interface BatchRowRequest extends BatchRowContent {
  readonly legalRepresentative?: string | undefined;
}

/** Terms of a batch in working days (domain §12: batch.match_wd, verify_wd, report_wd, hard_wd). */
export interface BatchSettings {
  readonly matchWorkdays: number;
  readonly verifyWorkdays: number;
  readonly reportWorkdays: number;
  readonly hardWorkdays: number;
}

export function batchTerms(receivedOn: string, settings: BatchSettings, calendar: WorkingDayCalendar) {
  const after = (days: number) => addWorkingDays(calendar, receivedOn, days).date;
  return { matchDueOn: after(settings.matchWorkdays), verifyDueOn: after(settings.verifyWorkdays), dueOn: after(settings.hardWorkdays) };
}

/** The name by which a row is known again in a re-issue of its batch: its record number above, else list, code or name, and decision. */
export function rowKeyOf(row: BatchRowContent): string {
  if (row.sourceRecordId !== undefined) return `R ${plain(row.sourceRecordId)}`;
  const who = row.usccCode === undefined ? normaliseOrganisationName(row.name).key : plain(row.usccCode);
  return `K ${JSON.stringify([plain(row.list), who, plain(row.decisionNumber ?? '')])}`;
}

function plain(text: string): string {
  return text.normalize('NFKC').replace(/\s/g, '').toUpperCase();
}

export interface KeyedRow {
  readonly rowKey: string;
  readonly contentHash: string;
}
/** How a corrected re-issue differs from what stands. */
export interface BatchDifference<Known extends KeyedRow, New extends KeyedRow> {
  readonly unchanged: readonly Known[];
  readonly added: readonly New[];
  readonly changed: readonly { readonly before: Known; readonly after: New }[];
  readonly removed: readonly Known[];
}

export function compareIssues<Known extends KeyedRow, New extends KeyedRow>(
  standing: readonly Known[],
  issued: readonly New[],
): BatchDifference<Known, New> {
  const before = new Map(standing.map((row) => [row.rowKey, row]));
  const after = new Map(issued.map((row) => [row.rowKey, row]));
  return {
    unchanged: standing.filter((row) => after.get(row.rowKey)?.contentHash === row.contentHash),
    removed: standing.filter((row) => !after.has(row.rowKey)),
    added: issued.filter((row) => !before.has(row.rowKey)),
    changed: issued.flatMap((row) => {
      const known = before.get(row.rowKey);
      return known === undefined || known.contentHash === row.contentHash ? [] : [{ before: known, after: row }];
    }),
  };
}

/** The list that a row names, by code or by its full Chinese name. */
export function findListOf(row: BatchRowContent, definitions: readonly ListDefinition[]): string | undefined {
  const wanted = plain(row.list);
  return definitions.find((definition) => plain(definition.code) === wanted || plain(definition.nameZh) === wanted)?.code;
}

/** Identity under which a matched row is listed: that of the register, which a named person may have confirmed. */
export interface RowIdentity {
  readonly name: string;
  readonly usccCode: string;
  readonly kind: Exclude<SubjectKind, 'PERSON'>;
  readonly regionCode: string;
}

/** The kind of organisation that a code shows where the row does not say: 92 is an individual business (§7.2). */
export function kindOfCode(usccCode: string): Exclude<SubjectKind, 'PERSON'> {
  return usccCode.startsWith('92') ? 'IB' : 'LEGAL';
}

/** Where a row's subject is registered: as the row says, else as its code says (positions 3–8, the region of first registration). */
export function regionOfRow(row: BatchRowContent, usccCode: string): string {
  return currentRegionCode(row.regionCode ?? usccCode.slice(2, 8));
}

/**
 * The designation that a row stands for, to go the ordinary way (R-2-6: no notice file is asked of a national record). Its term runs from the
 * decision. A row without a number of its decision is known by its place in the batch.
 */
export function designationOf(
  row: BatchRowContent,
  batch: { readonly batchNo: string; readonly origin: OriginFromAbove; readonly sourceName: string; readonly documentNo: string },
  listCode: string,
  identity: RowIdentity,
): ListEntryRequest {
  const record = row.sourceRecordId ?? `${row.list} ${identity.usccCode} ${row.decisionNumber ?? row.decisionDate}`;
  return {
    listCode,
    origin: batch.origin,
    batchNo: batch.batchNo,
    sourceRecordId: `${batch.batchNo}/${record}`.slice(0, 200),
    subject: identity,
    parties: [],
    facts: row.reason,
    basis: [{ document: `${batch.sourceName} ${batch.documentNo}` }],
    conditions: [],
    decision: {
      name: `${row.designatingUnit} 列入决定`,
      number: row.decisionNumber ?? `${batch.batchNo} ${identity.usccCode}`,
      date: row.decisionDate,
    },
    evidence: [],
    validFrom: row.decisionDate,
    ...(row.validTo === undefined ? {} : { validTo: row.validTo }),
  };
}
