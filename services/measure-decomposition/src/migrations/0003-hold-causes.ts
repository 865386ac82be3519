import type { Migration } from '@lianxin/platform';

/** A plan may be held for two reasons at once, a stop and an objection (T13, T14): it runs again when the last of them has gone. */
export const holdCauses: Migration = {
  name: '0003-hold-causes',
  sql: `
    ALTER TABLE plan ADD COLUMN holds text[] NOT NULL DEFAULT '{}';
    UPDATE plan SET holds = '{SUSPENSION}' WHERE status = 'HELD';
  `,
};
