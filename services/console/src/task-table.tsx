import { Table, type TableColumnsType } from 'antd';
import type { DepartmentShare, JourneyTask, Stage } from './journey.rules.ts';
import { useTexts, wordOf } from './language.tsx';
import { Mark } from './mark.tsx';
import type { MeasureNames, Names } from './names.ts';

interface Row {
  readonly task: JourneyTask;
  readonly stage: Stage;
}

/** The same as the picture, row by row. */
export function TaskTable({
  shares,
  names,
  measures,
}: {
  readonly shares: readonly DepartmentShare[];
  readonly names: Names;
  readonly measures: MeasureNames;
}) {
  const texts = useTexts();
  const rows = shares.flatMap((share) => share.tasks);
  const columns: TableColumnsType<Row> = [
    { title: texts.table.department, key: 'department', render: (_, { task }) => names.department(task.departmentCode) },
    { title: texts.table.measure, key: 'measure', render: (_, { task }) => measures.measure(task.measureCode) },
    { title: texts.table.party, key: 'party', render: (_, { task }) => wordOf(texts.partyRoles, task.partyRole) },
    { title: texts.table.role, key: 'role', render: (_, { task }) => texts.taskRoles[task.role] },
    { title: texts.table.stage, key: 'stage', render: (_, { stage }) => <Mark stage={stage} withText /> },
  ];
  return (
    <Table<Row>
      size="small"
      aria-label={texts.table.caption}
      rowKey={({ task }) => task.id}
      columns={columns}
      dataSource={rows}
      pagination={rows.length > 100 ? { pageSize: 100, showSizeChanger: false } : false}
      scroll={{ x: 'max-content' }}
    />
  );
}
