import type { CatalogueMatter, CatalogueMeasure } from '@lianxin/contracts';
import type { Catalogue, Department, MeasureClass, Memorandum } from './catalogue.rules.ts';

export const rowKinds = ['MEASURE', 'DEPARTMENT', 'MATTER', 'CLASS', 'MEMORANDUM'] as const;
export type RowKind = (typeof rowKinds)[number];

/** One row of a catalogue as it is kept: what it is, its code, and all of it. */
export interface CatalogueRow {
  readonly kind: RowKind;
  readonly code: string;
  readonly content: unknown;
}

/** What a draft does to one row of its base; content null: the row goes. */
export interface RowChange {
  readonly kind: RowKind;
  readonly code: string;
  readonly content: unknown;
}

/** The rows of a catalogue in their order. */
export function rowsOf(catalogue: Catalogue): CatalogueRow[] {
  const of = (kind: RowKind, contents: readonly { code: string }[]) => contents.map((content) => ({ kind, code: content.code, content }));
  return [
    ...of('MEASURE', catalogue.measures),
    ...of('DEPARTMENT', catalogue.departments),
    ...of('MATTER', catalogue.matters),
    ...of('CLASS', catalogue.classes),
    ...of('MEMORANDUM', catalogue.memoranda),
  ];
}

/** A catalogue of its rows, in the order given. */
export function catalogueOf(version: number, rows: readonly CatalogueRow[]): Catalogue {
  const contents = <Content>(kind: RowKind) => rows.filter((row) => row.kind === kind).map((row) => row.content as Content);
  return {
    version,
    measures: contents<CatalogueMeasure>('MEASURE'),
    departments: contents<Department>('DEPARTMENT'),
    matters: contents<CatalogueMatter>('MATTER'),
    classes: contents<MeasureClass>('CLASS'),
    memoranda: contents<Memorandum>('MEMORANDUM'),
  };
}

/** The catalogue that a draft would make of its base: changed rows keep their place, new ones follow in the order of their codes. */
export function applyChanges(base: Catalogue, version: number, changes: readonly RowChange[]): Catalogue {
  const keyOf = ({ kind, code }: Pick<RowChange, 'kind' | 'code'>) => `${kind}|${code}`;
  const byKey = new Map(changes.map((change) => [keyOf(change), change]));
  const baseRows = rowsOf(base);
  const known = new Set(baseRows.map(keyOf));
  const kept = baseRows.flatMap((row) => {
    const change = byKey.get(keyOf(row));
    if (change === undefined) return [row];
    return change.content === null ? [] : [{ ...row, content: change.content }];
  });
  const added = changes.filter((change) => change.content !== null && !known.has(keyOf(change)));
  return catalogueOf(version, [...kept, ...[...added].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))]);
}
