import type { Migration } from '@lianxin/platform';

export const replayRefusalsMigration: Migration = {
  name: '0006-replay-refusals',
  sql: `
    -- Owners that refused, apart from those that have done their part (carried_out): what one has done is done, whatever another refuses.
    ALTER TABLE replay_case ADD COLUMN refused_by text[] NOT NULL DEFAULT '{}';
    UPDATE replay_case SET refused_by = ARRAY(
      SELECT DISTINCT data::jsonb ->> 'owner' FROM journal_event
      WHERE journal_event.subject_key = replay_case.subject_key AND type = 'lianxin.replay.refused.v1'
        AND data::jsonb ->> 'replayId' = replay_case.replay_id::text AND data::jsonb ->> 'entryId' = replay_case.entry_id::text
    ) WHERE refused;
    UPDATE replay_case SET carried_out = ARRAY(SELECT unnest(carried_out) EXCEPT SELECT unnest(refused_by) ORDER BY 1) WHERE refused;
    ALTER TABLE replay_case DROP COLUMN refused;
  `,
};
