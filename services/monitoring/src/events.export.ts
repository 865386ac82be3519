import { exportOf } from '@lianxin/exports';
import { streamQuerySchema } from './events.controller.ts';
import { cursorOf, StreamService } from './stream.service.ts';

interface SentEvent {
  readonly sequence: number;
  readonly event: Readonly<Record<string, unknown>>;
}

const attribute = (name: string) => (row: SentEvent) => {
  const value = row.event[name];
  return typeof value === 'string' ? value : null;
};

/** The stream of the caller, from its cursor or its beginning, as it was sent: it holds no readable data of persons. */
export const eventExport = exportOf({
  path: 'events',
  titleZh: '事件',
  tag: '事件',
  query: streamQuerySchema,
  reader: StreamService,
  page: async (stream, tx, principal, { types, department, after, cursor, limit }) => {
    const receiver = stream.receiverOf(principal, department);
    const page = await stream.readPage(tx, await stream.readPosition(tx, receiver, cursor ?? after, 'START'), limit, types);
    const data = page.events.map((event): SentEvent => {
      return { sequence: event.sequence, event: JSON.parse(event.cloudEvent) as Record<string, unknown> };
    });
    return { data, page: { nextCursor: cursorOf(page.next), hasMore: page.next.sequence < page.lastSequence } };
  },
  columns: [
    { key: 'sequence', titleZh: '编号', kind: 'number', of: (row) => row.sequence },
    { key: 'id', titleZh: '事件标识', kind: 'code', of: attribute('id') },
    { key: 'type', titleZh: '类型', kind: 'code', of: attribute('type') },
    { key: 'time', titleZh: '发生时间', kind: 'instant', of: attribute('time') },
    { key: 'source', titleZh: '来源', kind: 'code', of: attribute('source') },
    { key: 'subject', titleZh: '主体标识', kind: 'code', of: attribute('subject') },
    { key: 'data', titleZh: '内容', kind: 'text', of: (row) => JSON.stringify(row.event['data'] ?? null) },
  ],
});
