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
  private inForce: IndexedCatalogue | undefined;

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

  /** The latest version; read again only when another replica has published a newer one. */
  async getInForce(tx: Transaction): Promise<IndexedCatalogue> {
    const latest = await this.store.findLatestVersion(tx);
    if (latest === undefined) throw new Error('no catalogue has been published');
    if (this.inForce?.version !== latest.version) this.inForce = indexCatalogue(await this.store.getVersion(tx, latest.version));
    return this.inForce;
  }

  /** @throws Error when no such version was published. */
  async getVersion(tx: Transaction, version: number): Promise<IndexedCatalogue> {
    if (this.inForce?.version === version) return this.inForce;
    return indexCatalogue(await this.store.getVersion(tx, version));
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
    const events = eventsOf(catalogue);
    await this.store.insert(tx, catalogue, events.length, hash);
    await this.outbox.publish(
      tx,
      events.map((data) => newEvent({ definition: cataloguePublished, key: catalogueKey, data })),
    );
    this.context.logger.info({ version: catalogue.version, rows: events.length }, 'catalogue published');
  }
}

function eventsOf(catalogue: Catalogue): EventData<typeof cataloguePublished>[] {
  const rows: EventData<typeof cataloguePublished>['row'][] = [
    ...catalogue.measures.map((measure) => ({ kind: 'MEASURE' as const, measure })),
    ...catalogue.departments.map(({ zoneDelegated: _, ...department }) => ({ kind: 'DEPARTMENT' as const, department })),
    ...catalogue.matters.map((matter) => ({ kind: 'MATTER' as const, matter })),
  ];
  return rows.map((row, place) => ({ version: catalogue.version, rowNumber: place + 1, rowCount: rows.length, row }));
}
