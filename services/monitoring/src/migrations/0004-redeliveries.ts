import type { Migration } from '@lianxin/platform';

/**
 * A stream may hold an event again where somebody has asked for it, once for each redelivery. And streams remember from when on events have left them,
 * so that a longer retention or hearing everything again brings none of them back as news.
 */
export const redeliveriesMigration: Migration = {
  name: '0004-redeliveries',
  sql: `
    ALTER TABLE stream_event ADD redelivery_id uuid;
    DROP INDEX stream_event_once;
    CREATE UNIQUE INDEX stream_event_once ON stream_event (event_id, receiver, redelivery_id) NULLS NOT DISTINCT;

    ALTER TABLE stream_receiver ADD removed_before timestamptz;
    UPDATE stream_receiver SET removed_before = (SELECT min(appended_at) FROM stream_event WHERE receiver = 'CITY')
      WHERE receiver = 'CITY' AND oldest_sequence > 1;
  `,
};
