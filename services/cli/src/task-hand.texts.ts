import type { Language } from './options.ts';

const zh = {
  return: '退回任务：非本部门职责、主体有误、无此权力；由信用办处理',
  returnReason: '退回的原因',
  detail: '说明',
  decideReturn: '信用办处理退回：ACCEPTED 不适用，REFUSED 重新下发',
  outcome: '接受或驳回',
  transfer: '转给本部门的另一人',
  to: '接办人（账号标识）',
  reassign: '信用办把退回的任务改派给另一部门',
  department: '改派到的部门代码',
  bulk: '批量办理：先预览数量，确认后执行，逐项列出不能办理的；以编号选取，或以 --filter 按条件选取',
  action: '操作：acknowledge、start、arm、claim、release、feedback',
  ids: '任务编号；与 --filter 二者取其一',
  filter: '条件，写作 名称=值，可重复：status、entryId、measureCode、assignee',
  kind: '批量反馈的类型',
  notAppliedReason: '未实施原因（NOT_APPLIED 时）',
  oneChoice: '以编号选取任务，或以 --filter 按条件选取，二者取其一',
  notFilter: '条件应写作 名称=值，如 status=DISPATCHED',
  preview: (total: number, states: string) => `选中 ${total} 项：${states}`,
  confirm: (action: string, total: number) => `对 ${total} 项任务执行 ${action}？`,
  nothing: '没有符合条件的任务',
  done: (done: number, refused: number) => `已办理 ${done} 项，未办理 ${refused} 项`,
  columns: { task: '任务', status: '状态', code: '原因', detail: '说明' },
};
const en: typeof zh = {
  return: 'give a task back: not ours, wrong subject, no such power; the credit office decides',
  returnReason: 'why',
  detail: 'in words',
  decideReturn: 'the credit office decides: ACCEPTED it does not apply, REFUSED it is dispatched again',
  outcome: 'accepted or refused',
  transfer: 'hand a task to somebody else of the department',
  to: 'who takes it (id of the account)',
  reassign: 'the credit office gives a returned task to another department',
  department: 'code of that department',
  bulk: 'many at once: the number is previewed, then it is run; what could not be done is listed. By ids, or by --filter',
  action: 'action: acknowledge, start, arm, claim, release, feedback',
  ids: 'ids of tasks; or --filter',
  filter: 'name=value, may be repeated: status, entryId, measureCode, assignee',
  kind: 'kind of the feedback that all are given',
  notAppliedReason: 'why it was not applied (of NOT_APPLIED)',
  oneChoice: 'choose tasks by their ids or by --filter, not both',
  notFilter: 'a filter reads name=value, such as status=DISPATCHED',
  preview: (total, states) => `${total} task(s): ${states}`,
  confirm: (action, total) => `${action} ${total} task(s)?`,
  nothing: 'no task fits',
  done: (done, refused) => `done ${done}, refused ${refused}`,
  columns: { task: 'task', status: 'status', code: 'reason', detail: 'in words' },
};

/** Words of the acts by which tasks change hands, and of acts on many. */
export function taskHandTextsOf(language: Language): typeof zh {
  return language === 'en' ? en : zh;
}
