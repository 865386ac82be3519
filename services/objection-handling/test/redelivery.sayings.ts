import { type EventData, type RedeliveryScope, redeliveryDelivered } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import type { RedeliveryView } from '../src/redelivery.schemas.ts';
import { creditOffice, type JournalCity } from './journal.city.ts';

type Who = Parameters<JournalCity['get']>[0];
export type Delivered = EventData<typeof redeliveryDelivered>;

const path = '/api/v1/redeliveries';

/** Asks for redeliveries as the credit office or a department would. */
export class Redeliveries {
  constructor(private readonly city: JournalCity) {}

  ask(who: Who, body: Record<string, unknown>, headers: Record<string, string> = {}) {
    return this.city.post<RedeliveryView>(who, path, body, headers);
  }

  /** Asks and waits for the preview. */
  async plan(
    department: string,
    scope: RedeliveryScope,
    more: Record<string, unknown> = {},
    who: Who = creditOffice,
  ): Promise<RedeliveryView> {
    const asked = await this.ask(who, { department, scope, reason: '部门系统重装后补数', ...more });
    if (asked.status !== 202) throw new Error(JSON.stringify(asked.body));
    return this.until(asked.body.id, (view) => view.status !== 'PLANNING');
  }

  async until(id: string, isSo: (view: RedeliveryView) => boolean): Promise<RedeliveryView> {
    let view = await this.get(id);
    await eventually(`redelivery ${id} has come so far`, async () => {
      view = await this.get(id);
      return isSo(view);
    });
    return view;
  }

  async get(id: string, who: Who = creditOffice): Promise<RedeliveryView> {
    return (await this.city.get<RedeliveryView>(who, `${path}/${id}`)).body;
  }

  confirm(id: string, events: number, who: Who = creditOffice, headers: Record<string, string> = {}) {
    return this.city.post<RedeliveryView>(who, `${path}/${id}/confirm`, { events }, headers);
  }

  cancel(id: string, who: Who = creditOffice, headers: Record<string, string> = {}) {
    return this.city.post<RedeliveryView>(who, `${path}/${id}/cancel`, {}, headers);
  }

  /** Confirms the preview and waits for the end. */
  async send(view: RedeliveryView): Promise<Delivered[]> {
    const confirmed = await this.confirm(view.id, view.preview?.events ?? -1);
    if (confirmed.status !== 200) throw new Error(JSON.stringify(confirmed.body));
    await this.until(view.id, ({ status }) => status === 'COMPLETED');
    return this.delivered(view.id);
  }

  /** What has gone into the log for a redelivery, in the order of the log. */
  async delivered(id: string): Promise<Delivered[]> {
    await eventually(
      'the outbox is empty',
      async () => (await this.city.city.query('SELECT 1 FROM objection_handling.outbox')).length === 0,
    );
    const rows = await this.said(id);
    return rows.filter((row) => row.type === redeliveryDelivered.type).map((row) => redeliveryDelivered.data.parse(row.data));
  }

  /** All events of a redelivery in the log. */
  async said(id: string): Promise<{ type: string; data: Record<string, unknown> }[]> {
    const rows = await this.city.city.query<{ headers: Record<string, string>; value: Buffer }>(
      `SELECT headers, value FROM event_log.record WHERE topic = 'lianxin.redelivery' AND key = $1 ORDER BY partition, record_offset`,
      [id],
    );
    return rows.map(({ headers, value }) => ({
      type: headers['ce_type'] ?? '',
      data: JSON.parse(value.toString('utf8')) as Record<string, unknown>,
    }));
  }
}
