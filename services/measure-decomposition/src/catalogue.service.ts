import { fileURLToPath } from 'node:url';
import { catalogueKey, cataloguePublished, type EventData } from '@lianxin/contracts';
import { lockLanes, newEvent, Outbox } from '@lianxin/messaging';
import { contentHash, Database, ServiceContext, type Transaction } from '@lianxin/platform';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { loadCatalogue } from './catalogue.loader.ts';
import { type Catalogue, type IndexedCatalogue, indexCatalogue } from './catalogue.rules.ts';
import { CatalogueStore } from './catalogue.store.ts';

const firstVersion = 1;
const firstVersionFiles = fileURLToPath(new URL('../catalogue', import.meta.url));

/** The catalogue in force: version 1 from its files, once; then only what the database holds. */
@Injectable()
export class CatalogueService implements OnModuleInit {
  private readonly versions = new Map<number, IndexedCatalogue>();

  constructor(
    private readonly database: Database,
    private readonly store: CatalogueStore,
    private readonly outbox: Outbox,
    private readonly context: ServiceContext,
  ) {}

  /** Before events are heard: a plan needs a catalogue. */
  async onModuleInit(): Promise<void> {
    const catalogue = loadCatalogue(firstVersionFiles, firstVersion);
    await this.database.consumerTransaction((tx) => this.publishFirst(tx, catalogue));
    await this.database.consumerTransaction((tx) => this.getInForce(tx));
  }

  /** The latest version that has come into force. */
  async getInForce(tx: Transaction): Promise<IndexedCatalogue> {
    const newest = (await this.getVersions(tx)).at(-1);
    if (newest === undefined) throw new Error('no catalogue has been published');
    return newest;
  }

  /** All versions that have come into force, in order. Each is read once: a version never changes. */
  async getVersions(tx: Transaction): Promise<IndexedCatalogue[]> {
    const versions: IndexedCatalogue[] = [];
    for (const { version, effective_from } of await this.store.readVersions(tx)) {
      const known = this.versions.get(version);
      const indexed = known ?? indexCatalogue(await this.store.getVersion(tx, version), effective_from);
      this.versions.set(version, indexed);
      versions.push(indexed);
    }
    return versions;
  }

  /** The versions as they stand for whoever plans: none comes into force before this transaction has ended. */
  async getVersionsForPlanning(tx: Transaction): Promise<IndexedCatalogue[]> {
    await this.store.lockForPlanning(tx);
    return this.getVersions(tx);
  }

  /** @throws Error when no such version was published. */
  async getVersion(tx: Transaction, version: number): Promise<IndexedCatalogue> {
    const known = this.versions.get(version) ?? (await this.getVersions(tx)).find((one) => one.version === version);
    if (known === undefined) throw new Error(`no catalogue version ${version}`);
    return known;
  }

  /**
   * Brings a version into force: its rows are frozen and said. The caller holds the lock for change.
   * @returns how many rows were said.
   */
  async publish(tx: Transaction, catalogue: Catalogue, head: { effectiveFrom: string | null; draftId: string | null }): Promise<number> {
    const events = eventsOf(catalogue, head.effectiveFrom);
    await this.store.insert(tx, catalogue, { ...head, rowCount: events.length, contentHash: contentHash(catalogue) });
    await this.outbox.publish(
      tx,
      events.map((data) => newEvent({ definition: cataloguePublished, key: catalogueKey, data })),
    );
    this.context.logger.info({ version: catalogue.version, rows: events.length }, 'catalogue published');
    return events.length;
  }

  /** All rows of version 1 and their events commit together; of replicas that start at once one does it and the others find it done. */
  private async publishFirst(tx: Transaction, catalogue: Catalogue): Promise<void> {
    await lockLanes(tx, [catalogueKey]);
    const hash = contentHash(catalogue);
    const latest = await this.store.findLatestVersion(tx);
    if (latest !== undefined) {
      if (latest.version === firstVersion && latest.contentHash !== hash) {
        this.context.logger.warn('the catalogue files differ from version 1 as it was published: the published version stays in force');
      }
      return;
    }
    await this.publish(tx, catalogue, { effectiveFrom: null, draftId: null });
  }
}

function eventsOf(catalogue: Catalogue, effectiveFrom: string | null): EventData<typeof cataloguePublished>[] {
  const rows: EventData<typeof cataloguePublished>['row'][] = [
    ...catalogue.measures.map((measure) => ({ kind: 'MEASURE' as const, measure })),
    ...catalogue.departments.map(({ zoneDelegated: _, ...department }) => ({ kind: 'DEPARTMENT' as const, department })),
    ...catalogue.matters.map((matter) => ({ kind: 'MATTER' as const, matter })),
  ];
  const head = { version: catalogue.version, ...(effectiveFrom === null ? {} : { effectiveFrom }) };
  return rows.map((row, place) => ({ ...head, rowNumber: place + 1, rowCount: rows.length, row }));
}
