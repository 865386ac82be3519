import type { Migration } from '@lianxin/platform';

/** National batches as files, and the review of their doubtful rows (R-2-17, R-11-1). */
export const migration0012: Migration = {
  name: '0012-batch-files',
  sql: `
    ALTER TABLE list_batch
      -- The import job that may add rows now; a batch that is being read is not reported.
      ADD COLUMN reading_job uuid,
      -- Rows of its file that were not taken in: as long as there are any, what is missing may come without being a correction.
      ADD COLUMN unread_rows integer NOT NULL DEFAULT 0;
    ALTER TABLE list_batch_row
      -- The line of §11.3 on which the row was recognised, or the best one among its candidates.
      ADD COLUMN rule text,
      -- Names of persons that help to find the subject; readable nowhere.
      ADD COLUMN clues_sealed text;

    -- What a file names, known before its first row is taken: a corrected re-issue is compared as a whole.
    CREATE TABLE list_batch_staged (
      job_id uuid NOT NULL,
      line integer NOT NULL,
      batch_no text NOT NULL,
      row_key text NOT NULL,
      content_hash text NOT NULL,
      head jsonb NOT NULL,
      is_placed boolean NOT NULL DEFAULT false,
      PRIMARY KEY (job_id, line)
    );
    ALTER TABLE list_batch_staged ENABLE ROW LEVEL SECURITY;
    CREATE POLICY city ON list_batch_staged TO list_matching_app USING (current_setting('lianxin.scope', true) = 'CITY');
    CREATE POLICY consumer ON list_batch_staged TO list_matching_consumer USING (true) WITH CHECK (true);
  `,
};
