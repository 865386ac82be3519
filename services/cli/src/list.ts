import type { Column } from './output.ts';
import type { Session } from './session.ts';

/** Shows a list and returns how many rows it has; says so when there are none. A dry run reads nothing, going through the pages notes the request. */
export async function showList<Row>(
  session: Session,
  columns: readonly Column<Row>[],
  pages: AsyncIterable<readonly Row[]>,
  none: string,
): Promise<number> {
  if (session.options.dryRun) {
    for await (const _page of pages);
    return 0;
  }
  const count = await session.output.rows(columns, pages);
  if (count === 0 && session.output.isTable) session.terminal.say(none);
  return count;
}
