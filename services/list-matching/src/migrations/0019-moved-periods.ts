import type { Migration } from '@lianxin/platform';

/** Periods that a table of working days has moved ended where they were shown, and not where steps look at them: the later end counts in both (R-7-3). */
export const migration0019: Migration = {
  name: '0019-moved-periods',
  sql: `
    UPDATE list_entry SET procedure = jsonb_set(procedure, ARRAY[period.field], to_jsonb(period.due_on::text))
    FROM (SELECT entry_id, due_on, CASE kind WHEN 'DEFENCE_PERIOD' THEN 'defenceEndsOn' ELSE 'publicNoticeEndsOn' END AS field
          FROM entry_deadline WHERE kind IN ('DEFENCE_PERIOD', 'PUBLIC_NOTICE') AND closed_at IS NULL) AS period
    WHERE list_entry.id = period.entry_id AND procedure ->> period.field < period.due_on::text;
  `,
};
