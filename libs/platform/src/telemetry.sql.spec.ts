import { expect, test } from '@jest/globals';
import { statementOf } from './telemetry.sql.ts';

test.each([
  ['INSERT INTO task_basis (id) SELECT * FROM unnest($1::uuid[])', 'INSERT task_basis'],
  ['\n  WITH gone AS (DELETE FROM timer WHERE kind = $1 RETURNING reference) SELECT * FROM gone', 'DELETE timer'],
  ['SELECT 1 FROM subject_lane WHERE subject_key = ANY($1) ORDER BY subject_key FOR UPDATE', 'SELECT subject_lane'],
  ['UPDATE consumer_position SET next_offset = $4', 'UPDATE consumer_position'],
  ["SELECT set_config('lianxin.principal', $1, true)", 'SELECT'],
  ['LOCK TABLE task', 'LOCK'],
])('%s is shown as %s', (sql, name) => {
  expect(statementOf(sql).name).toBe(name);
});

test('a value that was written into the text is taken out of it', () => {
  const { text } = statementOf(`SELECT id FROM person WHERE name = '张某''某' AND id_number = '110101199003078515'`);
  expect(text).toBe("SELECT id FROM person WHERE name = '?' AND id_number = '?'");
});
