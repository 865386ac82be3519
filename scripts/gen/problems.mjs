/** The table of problem codes. */
export async function problemsOf() {
  const { problems } = await import('@lianxin/contracts');
  const rows = Object.entries(problems)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, row]) =>
        `| \`${code}\` | ${row.status} | ${row.retryable ? 'yes' : 'no'} | ${row.titleZh} / ${row.titleEn} | ${row.remedyZh} / ${row.remedyEn} |`,
    );
  return `# Problem codes\n\nGenerated from \`libs/contracts/src/problems.ts\`.\n\n| code | status | retry | title | remedy |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}
