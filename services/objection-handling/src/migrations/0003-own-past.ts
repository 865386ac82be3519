import type { Migration } from '@lianxin/platform';

const wholeCity = `current_setting('lianxin.scope', true) = 'CITY'`;
const ownDepartments = `string_to_array(current_setting('lianxin.departments', true), ',')`;

/** A subject that others proved to be sees their past as its own, as its timeline promises: row security knew the principal's own key only. */
export const ownPastMigration: Migration = {
  name: '0003-own-past',
  sql: `
    -- Keys of whoever has signed in: its own, and those of subjects that were merged into it. Nobody's for anybody else.
    CREATE VIEW journal_own_key AS
      WITH RECURSIVE own (subject_key) AS (
        SELECT substring(current_setting('lianxin.principal', true) FROM '^subject:(.+)$')
        WHERE current_setting('lianxin.principal', true) LIKE 'subject:%'
        UNION
        SELECT merger.subject_id::text FROM own JOIN journal_merger AS merger ON merger.merged_into::text = own.subject_key
      ) SELECT subject_key FROM own;
    DROP POLICY reader ON journal_event;
    CREATE POLICY reader ON journal_event FOR SELECT TO objection_handling_app USING (
      ${wholeCity} OR departments && ${ownDepartments} OR ('*' = ANY (departments) AND current_setting('lianxin.departments', true) <> '')
      OR subject_key IN (SELECT own.subject_key FROM journal_own_key AS own)
      OR EXISTS (
        SELECT 1 FROM journal_party AS party WHERE party.subject_id::text IN (SELECT own.subject_key FROM journal_own_key AS own)
          AND party.subject_key = journal_event.subject_key AND party.entry_id = ANY (journal_event.entry_ids)
      )
    );
  `,
};
