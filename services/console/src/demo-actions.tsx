import { CaretRightOutlined, DownOutlined, PauseOutlined, SendOutlined } from '@ant-design/icons';
import type { ListEntryView, TaskView } from '@lianxin/contracts';
import { App, Button, Dropdown, Space, Tooltip } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { Api } from './api.ts';
import { type DemoList, demoFlag, demoLists } from './demo.flags.ts';
import { playDepartments } from './demo.script.ts';
import type { Journey } from './journey.rules.ts';
import { useLanguage } from './language.tsx';
import { maxTasks } from './live.ts';
import type { Names } from './names.ts';
import { ProblemText } from './problem.tsx';
import { useSession } from './session.tsx';

interface DemoActionsProps {
  readonly journey: Journey | undefined;
  readonly names: Names;
  readonly onInjected: (entryId: string) => void;
}

/** What only the demo city offers: a flag at the push of a button, and departments that act on it. Who only looks is offered nothing. */
export function DemoActions({ journey, names, onInjected }: DemoActionsProps) {
  const { caller, demoKeys } = useSession();
  if (demoKeys === undefined || caller.kind === 'AUDITOR' || caller.kind === 'WINDOW') return null;
  return (
    <Space wrap>
      {journey !== undefined && caller.kind === 'CREDIT_OFFICE' && (
        <PlayButton key={journey.entryId} entryId={journey.entryId} names={names} />
      )}
      <InjectButton names={names} onInjected={onInjected} />
    </Space>
  );
}

function InjectButton({ names, onInjected }: Pick<DemoActionsProps, 'names' | 'onInjected'>) {
  const { texts, language } = useLanguage();
  const { demoKeys = {} } = useSession();
  const { message, notification } = App.useApp();
  const lists = demoLists.filter((list) => list.department in demoKeys);
  const [list, setList] = useState<DemoList | undefined>(lists[0]);
  const [isSending, setSending] = useState(false);
  if (list === undefined) return null;
  const inject = async (chosen: DemoList) => {
    setList(chosen);
    setSending(true);
    try {
      const flag = demoFlag(chosen, new Date());
      const entry = await new Api(demoKeys[chosen.department] ?? '', language).post<ListEntryView>(
        '/api/v1/list-entries',
        flag,
        flag.sourceRecordId,
      );
      void message.success(entry.status === 'ACTIVE' ? texts.inject.done(entry.number) : texts.inject.waiting(entry.number));
      onInjected(entry.id);
    } catch (error) {
      notification.warning({ title: texts.inject.failed, description: <ProblemText error={error as Error} /> });
    } finally {
      setSending(false);
    }
  };
  const items = lists.map(({ listCode, department }) => ({
    key: listCode,
    label: `${names.list(listCode)} · ${names.department(department)}`,
  }));
  return (
    <Space.Compact>
      <Tooltip placement="bottom" title={`${texts.inject.about}（${names.list(list.listCode)}）`}>
        <Button type="primary" icon={<SendOutlined />} loading={isSending} onClick={() => void inject(list)} data-testid="inject">
          {texts.inject.button}
        </Button>
      </Tooltip>
      <Dropdown
        trigger={['click']}
        menu={{
          items,
          selectable: true,
          selectedKeys: [list.listCode],
          onClick: ({ key }) => {
            const chosen = lists.find(({ listCode }) => listCode === key);
            if (chosen !== undefined) void inject(chosen);
          },
        }}
      >
        <Button type="primary" icon={<DownOutlined />} aria-label={texts.inject.choose} disabled={isSending} />
      </Dropdown>
    </Space.Compact>
  );
}

function PlayButton({ entryId, names }: { readonly entryId: string; readonly names: Names }) {
  const { texts, language } = useLanguage();
  const { caller, demoKeys = {} } = useSession();
  const { message, notification } = App.useApp();
  const running = useRef<AbortController>(undefined);
  const [acting, setActing] = useState<string>();
  useEffect(() => () => running.current?.abort(), []);
  const play = async () => {
    const run = new AbortController();
    running.current = run;
    setActing('');
    try {
      const tasks = await caller.api.all<TaskView>(`/api/v1/tasks?entryId=${entryId}`, maxTasks, run.signal);
      await playDepartments({ keys: demoKeys, language, tasks }, setActing, run.signal);
      if (!run.signal.aborted) void message.success(texts.play.done);
    } catch (error) {
      if (!run.signal.aborted) notification.warning({ title: texts.play.failed, description: <ProblemText error={error as Error} /> });
    } finally {
      running.current = undefined;
      setActing(undefined);
    }
  };
  const isRunning = acting !== undefined;
  return (
    <Tooltip placement="bottom" title={isRunning && acting !== '' ? texts.play.running(names.department(acting)) : texts.play.about}>
      <Button
        icon={isRunning ? <PauseOutlined /> : <CaretRightOutlined />}
        onClick={() => (isRunning ? running.current?.abort() : void play())}
        data-testid="play"
      >
        {isRunning ? texts.play.stop : texts.play.button}
      </Button>
    </Tooltip>
  );
}
