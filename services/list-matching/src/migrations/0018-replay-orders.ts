import type { Migration } from '@lianxin/platform';

/** Orders to channels that a replay brought about: which one and how (product §A.4), and whether they wait because it tells nobody outside. */
export const migration0018: Migration = {
  name: '0018-replay-orders',
  sql: `
    ALTER TABLE publication_order
      ADD COLUMN replay_id uuid,
      ADD COLUMN replay_mode text CHECK (replay_mode IN ('none', 'internal', 'notify')),
      -- Not asked of the channel: a later order takes its place when it is.
      ADD COLUMN withheld boolean NOT NULL DEFAULT false,
      ADD CHECK ((replay_id IS NULL) = (replay_mode IS NULL)),
      ADD CHECK (NOT withheld OR (action = 'PUBLISH' AND replay_mode IN ('none', 'internal')));
  `,
};
