import type { Migration } from '@lianxin/platform';

const ofDepartments = ['task', 'feedback', 'entry', 'recorded_case', 'figure_row', 'figure_counter', 'department'];
const ofReceivers = ['stream_receiver', 'stream_event'];
const wholeCity = `current_setting('lianxin.scope', true) = 'CITY'`;
const ownDepartments = `ANY (string_to_array(current_setting('lianxin.departments', true), ','))`;

/**
 * The same rows as before, said in another way: PostgreSQL believes an OR of settings to hold for almost no row, and then sorts every row of a figure
 * instead of reading one page of them in the order of its index.
 */
export const policyEstimatesMigration: Migration = {
  name: '0002-policy-estimates',
  sql: [
    ...ofDepartments.map(
      (table) => `
    DROP POLICY department ON ${table};
    CREATE POLICY department ON ${table} TO monitoring_app
      USING (CASE WHEN ${wholeCity} THEN true ELSE department_code = ${ownDepartments} END);`,
    ),
    ...ofReceivers.map(
      (table) => `
    DROP POLICY receiver ON ${table};
    CREATE POLICY receiver ON ${table} TO monitoring_app
      USING (CASE WHEN ${wholeCity} THEN true ELSE receiver <> 'CITY' AND receiver = ${ownDepartments} END);`,
    ),
  ].join('\n'),
};
