import { Controller, Get, Header, Injectable, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { Public } from './principal.guard.ts';

/** What must be well before requests are taken. Every part adds its own check. */
@Injectable()
export class Health {
  private readonly checks = new Map<string, () => Promise<void>>();

  /** @param check throws with the cause while the part is not ready. */
  addCheck(name: string, check: () => Promise<void>): void {
    this.checks.set(name, check);
  }

  async report(): Promise<{ ready: boolean; checks: Record<string, string> }> {
    const results = await Promise.all(
      [...this.checks].map(async ([name, check]) => {
        try {
          await check();
          return [name, 'ok'] as const;
        } catch (error) {
          return [name, error instanceof Error ? error.message : 'failed'] as const;
        }
      }),
    );
    return { ready: results.every(([, state]) => state === 'ok'), checks: Object.fromEntries(results) };
  }
}

/** The Prometheus registry of one service; several services may run in one process, each with its own. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private join: (own: string) => Promise<string> = async (own) => own;

  constructor(service: string, ofProcess: boolean) {
    this.registry.setDefaultLabels({ service });
    if (ofProcess) collectDefaultMetrics({ register: this.registry });
  }

  /** Lets `/metrics` show more than this service's own figures: the gateway joins those of all services. */
  joinWith(join: (own: string) => Promise<string>): void {
    this.join = join;
  }

  /** What `/metrics` shows, in Prometheus' text format. */
  async text(): Promise<string> {
    return this.join(await this.registry.metrics());
  }
}

@ApiExcludeController()
@Public()
@Controller()
export class HealthController {
  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
  ) {}

  /** The process answers. */
  @Get('livez')
  live() {
    return { status: 'ok' };
  }

  /** Every part this service needs is there. */
  @Get(['readyz', 'healthz'])
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const report = await this.health.report();
    void reply.status(report.ready ? 200 : 503);
    return { status: report.ready ? 'ready' : 'not ready', checks: report.checks };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metricsText(): Promise<string> {
    return this.metrics.text();
  }
}
