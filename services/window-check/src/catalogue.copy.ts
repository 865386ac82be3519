import type { CatalogueMatter, CatalogueMeasure } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { CardTexts } from './card.rules.ts';
import { ReadModelStore } from './read-model.store.ts';

interface Version {
  readonly measures: ReadonlyMap<string, CatalogueMeasure>;
  readonly matters: ReadonlyMap<string, CatalogueMatter>;
  readonly departments: ReadonlyMap<string, string>;
}

/** A new version is seen at the latest after this time. */
const lookAgainMs = 2_000;

/** The catalogue in memory: a published version never changes, so each is read once. */
@Injectable()
export class CatalogueCopy implements CardTexts {
  private readonly versions = new Map<number, Version>();
  private newest: number | undefined;
  private lookedAt = 0;

  constructor(private readonly store: ReadModelStore) {}

  /** Whether it is time to look for new versions again. */
  isDue(): boolean {
    return Date.now() - this.lookedAt >= lookAgainMs;
  }

  /** Reads versions that have become complete since the last look. */
  async refresh(tx: Transaction): Promise<void> {
    if (!this.isDue()) return;
    for (const { version, come, rows } of await this.store.readCatalogueVersions(tx)) {
      if (come < rows) continue;
      if (!this.versions.has(version)) this.versions.set(version, await this.read(tx, version));
      this.newest = version;
    }
    if (this.newest !== undefined) this.lookedAt = Date.now();
  }

  /** True when every version that these plans name is here. */
  has(version: number): boolean {
    return this.versions.has(version);
  }

  findMatter(code: string): CatalogueMatter | undefined {
    return this.newestVersion()?.matters.get(code);
  }

  /** Every matter of the newest version, by code. */
  matters(): CatalogueMatter[] {
    return [...(this.newestVersion()?.matters.values() ?? [])].sort((a, b) => (a.code < b.code ? -1 : 1));
  }

  isEmpty(): boolean {
    return this.newest === undefined;
  }

  findMeasure(catalogueVersion: number, code: string): CatalogueMeasure | undefined {
    return this.versions.get(catalogueVersion)?.measures.get(code);
  }

  departmentName(code: string): string {
    return this.newestVersion()?.departments.get(code) ?? code;
  }

  private newestVersion(): Version | undefined {
    return this.newest === undefined ? undefined : this.versions.get(this.newest);
  }

  private async read(tx: Transaction, version: number): Promise<Version> {
    const rows = await this.store.readCatalogue(tx, version);
    const of = <Body>(kind: string) => rows.filter((row) => row.kind === kind).map((row): [string, Body] => [row.code, row.body as Body]);
    return {
      measures: new Map(of<CatalogueMeasure>('MEASURE')),
      matters: new Map(of<CatalogueMatter>('MATTER')),
      departments: new Map(of<{ nameZh: string }>('DEPARTMENT').map(([code, { nameZh }]) => [code, nameZh])),
    };
  }
}
