import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { Principal } from '@lianxin/contracts';
import type { RunningService } from '@lianxin/platform';
import { EventFeeder, eventually, principalOf, type TestAnswer, TestCity } from '@lianxin/testing';
import { service } from '../src/app.module.ts';
import type { ChecklistView, RepairDetail } from '../src/repair.api.ts';
import { RepairWorld, type WorldEntry } from './repair.world.ts';

export const handler = principalOf(['DEPT_HANDLER'], ['SCJGJ']);
export const approver = principalOf(['DEPT_APPROVER'], ['SCJGJ']);
export const windowClerk = principalOf(['WINDOW_CLERK'], ['DATAJ']);
export const centre = principalOf(['CREDIT_CENTRE_OPERATOR']);
export const office = principalOf(['CREDIT_OFFICE']);
type Answer = RepairDetail & { code?: string; detail?: string; errors?: { pointer: string }[] };

/** The desks at which an application is made and decided. */
export class RepairDesk {
  private constructor(
    readonly city: TestCity,
    readonly running: RunningService,
    readonly world: RepairWorld,
  ) {}

  static async open(extra: Record<string, string> = {}): Promise<RepairDesk> {
    const city = await TestCity.create('postgres', ['credit-repair']);
    const running = await city.boot(service, extra);
    const feeder = await EventFeeder.for(city);
    await feeder.listen(['lianxin.repair']);
    return new RepairDesk(city, running, new RepairWorld(feeder));
  }

  async close(): Promise<void> {
    await this.world.feeder.close();
    await this.city.close();
  }

  known(id: string): Promise<unknown> {
    return eventually(
      'the record has been heard',
      async () => (await this.city.query('SELECT 1 FROM credit_repair.item WHERE id = $1', [id])).length > 0,
    );
  }

  /** A market entry, long enough in force to be repaired. */
  async entry(changes: Parameters<RepairWorld['entry']>[1] = {}, of?: { subjectId: string; usccCode: string }): Promise<WorldEntry> {
    const entry = await this.world.entry('2024-06-03', changes, of);
    await this.known(entry.entryId);
    return entry;
  }

  call<Body = Answer>(principal: Principal, method: string, path: string, body?: unknown): Promise<TestAnswer<Body>> {
    return this.city.call<Body>(this.running, principal, method, `/api/v1/${path}`, body === undefined ? {} : { body });
  }

  async file(principal: Principal = handler): Promise<string> {
    const body = Buffer.from(`%PDF-1.4\n${randomUUID()}\n%%EOF`);
    const options = { body, headers: { 'content-type': 'application/pdf' } };
    const { status, body: file } = await this.city.call<{ id: string }>(this.running, principal, 'POST', '/api/v1/repair-files', options);
    expect(status).toBe(201);
    return file.id;
  }

  async materials(principal: Principal = handler, kinds: readonly string[] = ['PERFORMANCE_PROOF', 'COMMITMENT']) {
    return Promise.all(kinds.map(async (kind) => ({ kind, fileId: await this.file(principal) })));
  }

  /** An application with everything that it needs. */
  async applied(
    items: readonly { kind: string; id: string }[],
    principal: Principal = handler,
    changes: object = {},
  ): Promise<RepairDetail> {
    const body = {
      items,
      applicant: { kind: 'SUBJECT' },
      dutiesPerformedOn: '2025-01-06',
      materials: await this.materials(principal),
      ...changes,
    };
    const answer = await this.call(principal, 'POST', 'repairs', body);
    expect(answer).toMatchObject({ status: 201 });
    return answer.body;
  }

  step(repair: { id: string }, step: string, body: unknown = {}, principal: Principal = handler) {
    return this.call(principal, 'POST', `repairs/${repair.id}/${step}`, body);
  }

  async decided(repair: { id: string }, action: string, more: object = {}): Promise<RepairDetail> {
    expect(await this.step(repair, 'propose', { action, documentNo: '连市监修〔2026〕1号', reason: '经核查属实', ...more })).toMatchObject({
      status: 200,
    });
    const answer = await this.step(repair, 'decide', { outcome: 'CONFIRM' }, approver);
    expect(answer).toMatchObject({ status: 200 });
    return answer.body;
  }

  /** From the application to the grant. */
  async granted(items: readonly { kind: string; id: string }[]): Promise<RepairDetail> {
    const repair = await this.applied(items);
    expect((await this.step(repair, 'accept')).status).toBe(200);
    return this.decided(repair, 'GRANT');
  }

  async checklist(repair: { id: string }): Promise<ChecklistView> {
    return (await this.call<ChecklistView>(office, 'GET', `repairs/${repair.id}/checklist`)).body;
  }

  async get(repair: { id: string }): Promise<RepairDetail> {
    return (await this.call(office, 'GET', `repairs/${repair.id}`)).body;
  }

  inState(repair: { id: string }, status: string): Promise<RepairDetail> {
    return eventually(`the application is ${status}`, async () => {
      const found = await this.get(repair);
      return found.status === status && found;
    });
  }
}
