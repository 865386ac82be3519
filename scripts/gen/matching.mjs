import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How well the labelled set of bench/matching is matched, by kind of variant; the rules of §11.3 and §11.4 in their order. */
export async function matchingOf(root) {
  const { judgePairs, MatchIndex, organisationGradeRules, personGradeRules, summarise } = await import('@lianxin/matching');
  const read = (name) =>
    readFileSync(join(root, 'bench/matching', name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  const records = read('register.jsonl');
  const figures = judgePairs(MatchIndex.build(records), read('pairs.jsonl'));
  const { pairs, recall, falseExact } = summarise(figures);
  const share = (part, whole) => `${((100 * part) / whole).toFixed(1)} %`;
  const gradesOf = ({ grades }) =>
    Object.entries(grades)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([grade, count]) => `${grade} ${count}`)
      .join(', ');
  const rows = figures.map(
    (one) => `| ${one.kind} | ${one.expect} | ${one.pairs} | ${share(one.asExpected, one.pairs)} | ${one.falseExact} | ${gradesOf(one)} |`,
  );
  const rules = (table) => table.map(({ grade, action, conditionZh }) => `| ${grade} | ${action} | ${conditionZh} |`).join('\n');
  return `# Matching: figures and rules

Generated from \`bench/matching\` (synthetic, made by \`bench/src/matching-labelled.ts\`) and the rules of \`libs/matching\`. Figures against a register of a
million names stand in [figures.md](figures.md).

${pairs} pairs against ${records.length} records: **${share(recall, 1)}** of those that mean a record find it at review or better (limit ≥ 98 %), **${falseExact}** false EXACT (limit 0).
An answer has at most five results. EXACT: must be found automatically. REVIEW: must be shown to a person, and nothing may be exact. NOTHING: must show nothing. NOT_EXACT: nothing may be exact; the share counts
those for which nothing is shown at all.

| kind | expected | pairs | as expected | false EXACT | grades given |
|---|---|---|---|---|---|
${rows.join('\n')}

## Grades of organisations, first that holds

| grade | action | condition |
|---|---|---|
${rules(organisationGradeRules)}

## Grades of persons, first that holds

| grade | action | condition |
|---|---|---|
${rules(personGradeRules)}
`;
}
