import type { ListType } from '@lianxin/contracts';
import type { FigureCount } from './figure-count.rules.ts';

/** What a list is, as its entries told it when they came into force. */
export interface HeardList {
  readonly listCode: string;
  readonly listType: ListType;
  /** R-2-1: a black list has one; others need none. */
  readonly field: string | null;
}

/** What was counted of one list of a field. */
export interface FieldList {
  readonly listCode: string;
  /** Null while nothing was heard of it but its cases. */
  readonly listType: ListType | null;
  /** Entries in force now. */
  readonly entriesActive: number;
  /** Times that an entry came into force in the period. */
  readonly activations: number;
  readonly cases: number;
}

/** One field of K13. */
export interface FieldCount {
  /** The field; where it is not known, the list that ought to have one. */
  readonly key: string;
  readonly field: string | null;
  /** It is in the numerator. */
  readonly hasCase: boolean;
  readonly lists: readonly FieldList[];
}

/** Figures by list that K13 asks for. */
export function isOfLists(figure: string): boolean {
  return /^K11-|^K01-|^ENTRIES-/.test(figure);
}

/**
 * K13, 领域覆盖率: the fields of R-2-1 with entries in force or a case in the period, and which of them have a case. A case is a case, punishment or
 * reward. A list without a field (red, focus and abnormal lists) is of none and in neither number. A black list must have one: where it is not known, and
 * where nothing was heard of a list, it stands for a field of its own, so that nothing is lost in silence.
 * @param byList counts of the figures of `isOfLists`, each list by itself
 * @param lists what is known of lists, by code
 */
export function fieldsOf(byList: readonly FigureCount[], lists: ReadonlyMap<string, HeardList>): FieldCount[] {
  const fields = new Map<string, { readonly field: string | null; readonly lists: FieldList[] }>();
  for (const [listCode, counts] of Map.groupBy(byList, (count) => count.listCode)) {
    const list = lists.get(listCode);
    const counted = listOf(listCode, list?.listType ?? null, counts);
    const isEmpty = counted.entriesActive + counted.activations + counted.cases === 0;
    const mustHaveField = list === undefined || list.listType === 'BLACK';
    const key = list?.field ?? (mustHaveField ? listCode : undefined);
    if (listCode === '' || isEmpty || key === undefined) continue;
    const known = fields.get(key) ?? { field: list?.field ?? null, lists: [] };
    known.lists.push(counted);
    fields.set(key, known);
  }
  return [...fields]
    .map(([key, { field, lists: own }]) => ({
      key,
      field,
      hasCase: own.some((list) => list.cases > 0),
      lists: own.sort((one, other) => (one.listCode < other.listCode ? -1 : 1)),
    }))
    .sort((one, other) => (one.key < other.key ? -1 : 1));
}

function listOf(listCode: string, listType: ListType | null, counts: readonly FigureCount[]): FieldList {
  const sum = (pattern: RegExp, of: (count: FigureCount) => number) =>
    counts.filter(({ figure }) => pattern.test(figure)).reduce((total, count) => total + of(count), 0);
  return {
    listCode,
    listType,
    entriesActive: sum(/^ENTRIES-ACTIVE$/, ({ due }) => due),
    activations: sum(/^K01-/, ({ due }) => due),
    cases: sum(/^K11-/, ({ counted }) => counted),
  };
}
