import type { Migration } from '@lianxin/platform';

/** A reconciliation of plans with the catalogue may be part of the nightly comparison: it then tells its result there. */
export const nightlyLook: Migration = {
  name: '0007-nightly-look',
  sql: `
    ALTER TABLE catalogue_job ADD COLUMN digest_run uuid;
    -- One for each night, however often it is asked for.
    CREATE UNIQUE INDEX catalogue_job_night ON catalogue_job (digest_run) WHERE digest_run IS NOT NULL;
  `,
};
