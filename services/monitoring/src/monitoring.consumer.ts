import { type EventDefinition, eventDefinitions, type LianxinEvent } from '@lianxin/contracts';
import { EventConsumer } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ReadModelService } from './read-model.service.ts';
import { StreamService } from './stream.service.ts';

/** All events but those with data of persons: the figures need none of them, and no stream may carry them. */
export const heardEvents: readonly EventDefinition[] = eventDefinitions.filter(
  (definition) => definition.classification === 'public' || definition.classification === 'internal',
);

/** Hears everything that happens: figures and streams follow from it in one transaction. */
@Injectable()
export class MonitoringConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly readModel: ReadModelService,
    private readonly stream: StreamService,
  ) {
    consumer.register({ types: heardEvents, together: true, apart: true, handle: (tx, events) => this.hear(tx, events) });
  }

  private async hear(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    await this.stream.lockWriter(tx);
    await this.readModel.hear(tx, events);
    await this.stream.append(tx, events);
  }
}
