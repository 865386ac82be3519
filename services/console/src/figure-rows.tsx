import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Drawer, Skeleton, Table, type TableColumnsType, Typography } from 'antd';
import type { ApiPage } from './api.ts';
import { EmptyState } from './empty-state.tsx';
import { minuteOf, useTexts, wordOf } from './language.tsx';
import type { Names } from './names.ts';
import type { Figure } from './overview.ts';
import { ProblemAlert } from './problem.tsx';
import { useSession } from './session.tsx';

/** A row of a figure (`GET /api/v1/stats/rows`): a task, an entry or a case. */
interface FigureRow {
  readonly counted: boolean;
  readonly day: string;
  readonly departmentCode: string;
  readonly listCodes: readonly string[];
  readonly task: {
    readonly id: string;
    readonly cycle: number;
    readonly status: string;
    readonly measureCode: string;
    readonly measureNameZh: string | null;
    readonly entryIds: readonly string[];
    readonly acknowledgedAt: string | null;
    readonly dueAt: string | null;
  } | null;
  readonly entry: { readonly id: string; readonly number: string; readonly status: string; readonly activationNo: number } | null;
  readonly case: { readonly id: string; readonly measureCode: string; readonly measureNameZh: string | null } | null;
}

const pageSize = 50;

interface FigureRowsProps {
  readonly figure: Figure | undefined;
  readonly names: Names;
  readonly onClose: () => void;
  readonly onFollow: (entryId: string) => void;
}

/** The rows behind a figure, in a drawer so that the page is never lost (product §C). */
export function FigureRows({ figure, names, onClose, onFollow }: FigureRowsProps) {
  const texts = useTexts();
  const { api } = useSession().caller;
  const rows = useInfiniteQuery({
    queryKey: ['figure-rows', api.apiKey, figure?.rowsHref],
    queryFn: ({ pageParam, signal }) => {
      const more = pageParam === null ? '' : `&cursor=${encodeURIComponent(pageParam)}`;
      return api.get<ApiPage<FigureRow>>(`${figure?.rowsHref ?? ''}&limit=${pageSize}${more}`, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.page.nextCursor,
    enabled: figure !== undefined,
  });
  const all = rows.data?.pages.flatMap((page) => page.data) ?? [];
  const name = figure === undefined ? '' : wordOf(texts.figures.names, figure.code);
  const follow = (entryId: string) => {
    onFollow(entryId);
    onClose();
  };
  return (
    <Drawer
      open={figure !== undefined}
      onClose={onClose}
      title={texts.rows.title(name === figure?.code ? figure.nameZh : name)}
      size="min(1080px, 100vw)"
      destroyOnHidden
    >
      {figure !== undefined && (
        <p className="figure-drawer-value">
          {figure.display}
          {figure.denominator !== null && (
            <span className="quiet">
              {' '}
              {figure.denominator === 0 ? texts.figures.nothingDue : texts.figures.ofDue(figure.numerator, figure.denominator)}
            </span>
          )}
        </p>
      )}
      {rows.isError && <ProblemAlert title={texts.figures.failed} error={rows.error} onRetry={() => void rows.refetch()} />}
      {rows.isPending && figure !== undefined && <Skeleton active />}
      {rows.isSuccess && all.length === 0 && <EmptyState {...texts.rows.empty} />}
      {all.length > 0 && (
        <>
          <Table<FigureRow>
            size="small"
            rowKey={(row) => `${row.task?.id ?? row.entry?.id ?? row.case?.id ?? ''}-${row.task?.cycle ?? row.entry?.activationNo ?? 0}`}
            columns={columnsOf(all[0], texts, names, follow)}
            dataSource={all}
            pagination={false}
            scroll={{ x: 'max-content' }}
          />
          <p className="rows-end">
            <span className="quiet">{rows.hasNextPage ? texts.rows.some(all.length) : texts.rows.all(all.length)}</span>
            {rows.hasNextPage && (
              <Button loading={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>
                {texts.rows.more}
              </Button>
            )}
          </p>
        </>
      )}
    </Drawer>
  );
}

function columnsOf(
  first: FigureRow | undefined,
  texts: ReturnType<typeof useTexts>,
  names: Names,
  follow: (entryId: string) => void,
): TableColumnsType<FigureRow> {
  const shared: TableColumnsType<FigureRow> = [
    { title: texts.rows.day, key: 'day', render: (_, row) => row.day },
    { title: texts.rows.department, key: 'department', render: (_, row) => names.department(row.departmentCode) },
  ];
  const list = {
    title: texts.rows.list,
    key: 'list',
    width: 170,
    ellipsis: true,
    render: (_: unknown, row: FigureRow) => {
      const lists = texts.rows.lists(row.listCodes.map(names.list));
      return <span title={lists}>{lists}</span>;
    },
  };
  const measure = {
    title: texts.rows.measure,
    key: 'measure',
    width: 220,
    ellipsis: true,
    render: (_: unknown, { task, case: one }: FigureRow) => {
      const name = task?.measureNameZh ?? one?.measureNameZh ?? task?.measureCode ?? one?.measureCode;
      return (
        <span lang="zh-CN" title={name}>
          {name}
        </span>
      );
    },
  };
  const id = {
    title: texts.rows.id,
    key: 'id',
    render: (_: unknown, row: FigureRow) => <CopyableId id={row.task?.id ?? row.entry?.id ?? row.case?.id ?? ''} />,
  };
  const road = {
    title: '',
    key: 'follow',
    render: (_: unknown, row: FigureRow) => {
      const entryId = row.entry?.id ?? row.task?.entryIds[0];
      return (
        entryId !== undefined && (
          <Button size="small" type="link" onClick={() => follow(entryId)}>
            {texts.rows.follow}
          </Button>
        )
      );
    },
  };
  if (first?.task != null)
    return [
      ...shared,
      measure,
      { title: texts.rows.status, key: 'status', render: (_, row) => wordOf(texts.taskStatuses, row.task?.status ?? '') },
      {
        title: texts.rows.signed,
        key: 'signed',
        render: (_, row) => (row.task?.acknowledgedAt == null ? '–' : minuteOf(row.task.acknowledgedAt)),
      },
      { title: texts.rows.counting, key: 'counted', render: (_, row) => <Counted counted={row.counted} /> },
      list,
      id,
      road,
    ];
  if (first?.entry != null)
    return [
      ...shared,
      list,
      { title: texts.rows.number, key: 'number', render: (_, row) => row.entry?.number },
      { title: texts.rows.status, key: 'status', render: (_, row) => wordOf(texts.entryStatuses, row.entry?.status ?? '') },
      id,
      road,
    ];
  return [...shared, measure, list, id];
}

/** A tick or a ring, and the word. */
function Counted({ counted }: { readonly counted: boolean }) {
  const texts = useTexts();
  return (
    <span className={counted ? 'counted' : 'quiet'}>
      <span aria-hidden="true">{counted ? '✓ ' : '○ '}</span>
      {counted ? texts.rows.counted : texts.rows.notCounted}
    </span>
  );
}

export function CopyableId({ id }: { readonly id: string }) {
  const texts = useTexts();
  return (
    <Typography.Text code copyable={{ text: id, tooltips: [texts.copy, texts.copied] }} className="record-id" title={id}>
      {id.slice(-8)}
    </Typography.Text>
  );
}
