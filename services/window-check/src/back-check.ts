import { randomUUIDv7 } from 'node:crypto';
import { type CatalogueMatter, ProblemError } from '@lianxin/contracts';
import { Loop } from '@lianxin/messaging';
import { Database, Metrics, ServiceContext, sqlStateOf } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CatalogueCopy } from './catalogue.copy.ts';
import { CheckRecorder } from './check.recorder.ts';
import { CheckService } from './check.service.ts';
import { CheckStore } from './check.store.ts';
import { incidentOf } from './check-feedback.service.ts';
import { CheckIncidentStore } from './check-incident.store.ts';
import { CheckSpool, type SpooledCheck } from './spool.ts';

const idleMs = 5_000;
const keysKeptMs = 7 * 86_400_000;

/** Makes up for checks that were only registered, as soon as the parts are up again, and forgets the keys of old requests. */
@Injectable()
export class BackChecks implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loop: Loop;
  private keysLookedAt = 0;

  constructor(
    private readonly spool: CheckSpool,
    private readonly service: CheckService,
    private readonly recorder: CheckRecorder,
    private readonly catalogue: CatalogueCopy,
    private readonly checks: CheckStore,
    private readonly incidents: CheckIncidentStore,
    private readonly database: Database,
    context: ServiceContext,
    metrics: Metrics,
  ) {
    this.loop = new Loop({
      idleMs,
      turn: () => this.turn(),
      onError: (error) => context.logger.warn({ state: sqlStateOf(error), name: (error as Error).name }, 'back-checks will try again'),
    });
    metrics.watch({
      name: 'lx_check_registered',
      help: 'Checks that were only registered and wait to be made up for',
      read: async () => [{ value: (await spool.list()).length }],
    });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  private async turn(): Promise<boolean> {
    if (Date.now() - this.keysLookedAt > 3_600_000) {
      await this.database.consumerTransaction((tx) => this.checks.dropKeysBefore(tx, new Date(Date.now() - keysKeptMs)));
      this.keysLookedAt = Date.now();
    }
    // One that fails holds up no other; it is told, and tried again with the next turn.
    const faults: unknown[] = [];
    for (const id of await this.spool.list()) {
      if (this.loop.isStopping) return false;
      try {
        const spooled = await this.spool.read(id);
        if (spooled !== undefined) await this.makeUpFor(spooled);
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
    return false;
  }

  /** The slip of the back-check names the registered one; a check that was recorded after all needs none. Twice is harmless: the key makes it one. */
  private async makeUpFor(spooled: SpooledCheck): Promise<void> {
    const recorded = await this.database.consumerTransaction(async (tx) => {
      await this.catalogue.refresh(tx);
      return this.checks.find(tx, spooled.id);
    });
    if (recorded === undefined) {
      const matter: CatalogueMatter | undefined = this.catalogue.findMatter(spooled.request.matter.code);
      if (matter === undefined) throw new ProblemError('UNAVAILABLE', 'the catalogue is not complete yet');
      await this.recorder.record({
        id: randomUUIDv7(),
        request: spooled.request,
        identities: this.service.identitiesOf(spooled.request),
        matter,
        principal: { id: spooled.principalId },
        departmentCode: spooled.departmentCode,
        idempotencyKey: `back-check:${spooled.id}`,
        fingerprint: spooled.id,
        askedAt: new Date(),
        backCheckOf: spooled.id,
      });
    }
    await this.raiseMissed(spooled);
    await this.spool.remove(spooled.id);
  }

  /** What should have stopped the clerk and did not, because only a registration could be answered, is put before the credit office. */
  private async raiseMissed({ id, principalId }: SpooledCheck): Promise<void> {
    await this.database.consumerTransaction(async (tx) => {
      const check = await this.checks.findBackCheck(tx, id, principalId);
      const missed = check?.cards.filter(({ card }) => card.indicator !== 'info') ?? [];
      if (check === undefined || missed.length === 0) return;
      const raised = { cause: 'MISSED_WHILE_DEGRADED' as const, comment: null, by: 'window-check', at: new Date() };
      await this.incidents.insert(
        tx,
        missed.map((kept) => incidentOf(check, kept, raised)),
      );
    });
  }
}
