import type { FieldProblem, Principal, Role } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import type { SheetTemplate } from '@lianxin/tables';
import { Injectable } from '@nestjs/common';

/**
 * How to add a kind of import (product §B.6):
 * 1. Write a class `…ImportKind implements ImportKind<Row>` in a file of its own, with `constructor(kinds: ImportKinds, …) { kinds.register(this); }`,
 *    and name it among the providers of app.module.ts. Nothing else in the import knows kinds by name.
 * 2. `recognise` understands a header (pure, no database): the engine calls it for the first rows of a file until one is understood, after it has
 *    taken out the columns 结果 and 错误原因 of an error workbook. Several layouts are several answers of `recognise`; columns.rules helps with most.
 * 3. `receive` does the rows of one batch (200) in the transaction that it gets, through the ordinary use cases, and answers each row in its place.
 *    A preview is the same call in a transaction that is rolled back, so that what is foretold is what happens; it must therefore do everything in
 *    `tx` and nothing beside it. A row that fails as a refusal answers `ok: false`; what throws is a fault and runs again row by row.
 * 4. `receive` must be able to get the same row again (re-upload, restart) and answer KNOWN instead of doubling it.
 * 5. Reasons name columns and remedies, never a value of the file: they are stored readable.
 */
export interface ImportKind<Row = unknown> {
  /** `kind` in the API: plural kebab-case. */
  readonly code: string;
  readonly titleZh: string;
  /** Who may upload it. */
  readonly roles: readonly Role[];
  /** Jobs of a lower rank go first among those that wait: removals before additions (R-2-6b). */
  readonly rank: number;
  /** What the template holds: columns, dictionaries, notes, examples. */
  readonly template: SheetTemplate;

  /**
   * Finds the layout of a header, or tells why it is none.
   * @param headers cells of one row (of a two-row header: joined), in the order of the file
   * @param defaults values given at upload for fields that the layout lacks, by field path (`basis.0.document`)
   */
  recognise(headers: readonly string[], defaults: Readonly<Record<string, string>>): LayoutDecision<Row>;

  /** Keys under which the same row would come twice in one file; the engine tells the line of the first. */
  keysOf?(row: Row): readonly RowKey[];

  receive(tx: Transaction, context: ImportContext, rows: readonly ImportRow<Row>[]): Promise<readonly RowOutcome[]>;

  /**
   * For kinds that must know the whole file before its first row (snapshots): gets every readable row once, in batches that commit. Must bear to be
   * called again for the same rows.
   */
  scan?(tx: Transaction, context: ImportContext, rows: readonly ImportRow<Row>[]): Promise<void>;
  /**
   * After `scan`, before the first row is received: what must happen first (removals, holds), or a question that a person must answer before
   * anything happens. Called again after a restart; in a preview it is rolled back.
   */
  before?(tx: Transaction, context: ImportContext): Promise<BeforeDecision>;

  /**
   * After the last row, in the transaction that ends the job; also where it ended before its last row. Not for a preview, nor for an all-or-nothing file that
   * was cancelled or given up: nothing of it was ever there.
   */
  ended?(tx: Transaction, context: ImportContext, rows: { readonly done: number; readonly refused: number }): Promise<void>;
  /** In the transaction in which all of a job was taken back. */
  undone?(tx: Transaction, context: ImportContext): Promise<void>;

  /** Takes back what `receive` made, all in one transaction; left out where a kind cannot be undone. */
  readonly undo?: ImportUndo;
}

/** What a kind is told about the job that it works for. */
export interface ImportContext {
  readonly jobId: string;
  /** Who imports: everything is decided in this name. */
  readonly principal: Principal;
  readonly defaults: Readonly<Record<string, string>>;
  /** The transaction will be rolled back. */
  readonly isPreview: boolean;
  /** A person has answered the question of `before`. */
  readonly isConfirmed: boolean;
}

export interface ImportRow<Row> {
  /** Line of a CSV file, row of a sheet. */
  readonly line: number;
  readonly row: Row;
}

/** A layout that fits the header of a file. */
export interface RowLayout<Row> {
  readonly code: string;
  readonly titleZh: string;
  /** Columns that are known and not imported, told in the preview: nothing is passed over silently. */
  readonly ignored: readonly string[];
  /** Makes a row of its cells (as many as headers); pure. */
  read(cells: readonly string[]): RowDecision<Row>;
  /** The header of the column that a pointer of a fault belongs to; null for none. */
  headerAt(pointer: string): string | null;
}
export type LayoutDecision<Row> =
  | { readonly ok: true; readonly layout: RowLayout<Row> }
  /** `recognised`: how many headers were known; the engine reports the faults of the row that knew most. */
  | { readonly ok: false; readonly recognised: number; readonly faults: readonly FieldProblem[] };
export type RowDecision<Row> =
  | { readonly ok: true; readonly row: Row; readonly warnings: readonly FieldProblem[] }
  | { readonly ok: false; readonly faults: readonly FieldProblem[] };

/** `key` must be equal for rows that are the same; it is hashed and never stored. */
export interface RowKey {
  readonly pointer: string;
  readonly key: string;
}

/** What a row did, or would do. */
export type RowOutcome =
  | {
      readonly ok: true;
      /** CREATED: something new stands; CHANGED: something that stood was changed; KNOWN: it was there already, nothing happened. */
      readonly effect: 'CREATED' | 'CHANGED' | 'KNOWN';
      /** In words for the person who looks at the preview, persons masked: 列入并生效：示例公司. */
      readonly summary: string;
      readonly warnings: readonly FieldProblem[];
      /** What undo must take back; null when nothing. */
      readonly made: Made | null;
    }
  | { readonly ok: false; readonly errors: readonly FieldProblem[] };

/** Something that a row made. `version` is its state right after; undo refuses when it has moved on. */
export interface Made {
  readonly id: string;
  readonly version: number;
}
export interface MadeRow extends Made {
  readonly line: number;
}

export type BeforeDecision =
  | { readonly ok: true /** What was done before the first row, in numbers. */; readonly figures?: Readonly<Record<string, number>> }
  | { readonly ok: false; readonly question: ImportQuestion };

/** Why a job stops and asks (a list that suddenly halves or doubles). */
export interface ImportQuestion {
  readonly code: string;
  readonly detail: string;
  readonly figures: Readonly<Record<string, number>>;
}

export interface ImportUndo {
  /** Rows whose object has moved on since; read under no lock, for an early answer, and again under lock by `takeBack`. */
  findTouched(tx: Transaction, made: readonly MadeRow[]): Promise<readonly { readonly line: number; readonly reason: string }[]>;
  /**
   * Ends every object through its ordinary use case, the job as ground.
   * @throws ImportTouched when one of them has moved on
   */
  takeBack(tx: Transaction, context: ImportContext, made: readonly MadeRow[]): Promise<void>;
}

/** Somebody was quicker: nothing is undone. */
export class ImportTouched extends Error {
  constructor(readonly rows: readonly { readonly line: number; readonly reason: string }[]) {
    super('rows of the import have been touched');
  }
}

/** The kinds of this service; each registers itself when it is made. */
@Injectable()
export class ImportKinds {
  private readonly kinds = new Map<string, ImportKind>();

  /** @throws Error when two kinds have one code. */
  register<Row>(kind: ImportKind<Row>): void {
    if (this.kinds.has(kind.code)) throw new Error(`two kinds of import are called ${kind.code}`);
    // The engine hands a kind only rows that the kind itself has read.
    this.kinds.set(kind.code, kind as ImportKind);
  }

  find(code: string): ImportKind | undefined {
    return this.kinds.get(code);
  }

  get codes(): string[] {
    return [...this.kinds.keys()].sort();
  }
}
