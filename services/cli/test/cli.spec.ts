import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { beijingDate, generateUscc, type ListEntryView, type TaskView } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import { parse as parseYaml } from 'yaml';
import { catalogueRoad } from './catalogue.road.ts';
import { Desk, type Fault, listFile } from './cli.support.ts';
import { roads } from './other.roads.ts';

interface Flagged {
  readonly entry: ListEntryView;
  readonly plan: { readonly tasks: number };
  readonly hops: readonly { readonly hop: string; readonly ms: number }[];
  readonly departments: readonly { readonly departmentCode: string; readonly tasks: number; readonly seenMs: number }[];
}

const absent = '01a2074b-09d3-7952-ac1c-8b80aa4f9760';
const pdf = '%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n';
let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
}, 180_000);
afterAll(() => desk?.close(), 60_000);

/** Runs a command that must end so, and gives all it said. */
async function ends(code: number, ...words: string[]) {
  const ended = await desk.run(words);
  expect({ words, code: ended.code, err: code === 0 && ended.code !== 0 ? ended.err : '' }).toEqual({ words, code, err: '' });
  return ended;
}

const flag = (...words: string[]) => desk.json<Flagged>('demo', 'flag', ...words);
/** A task in a queue that nobody has touched. */
async function newTask(department: string): Promise<TaskView> {
  const { entry } = await flag();
  const [task] = await desk.json<TaskView[]>('task', 'ls', '--entry', entry.id, '--department', department);
  if (task === undefined) throw new Error(`no task for ${department}`);
  return task;
}

describe('a demonstration flag', () => {
  test('is followed to every queue, each hop with its milliseconds', async () => {
    const { out } = await ends(0, 'demo', 'flag');
    const lines = out.trimEnd().split('\n');
    expect(lines.every((line) => /^ *\d+ ms {2}\S/.test(line))).toBe(true);
    expect(lines[0]).toMatch(/名单记录 LYG-MD-\d{4}-\d{6}（BL-WAGE）生效/);
    expect(lines[1]).toMatch(/任务 \d+/);
    expect(lines.at(-1)).toMatch(/已全部进入 \d+ 个部门的队列/);
    expect(out).toContain('市文明办（WMB）收到 1 项任务：WAGE-07');
    const milliseconds = lines.map((line) => Number.parseInt(line, 10));
    expect(milliseconds.toSorted((left, right) => left - right)).toEqual(milliseconds);
  });

  test('of every enabled list is lawful: it comes into force and all its tasks arrive', async () => {
    const office = await desk.system.client('CREDIT_OFFICE');
    const { data: lists } = (await office.get<{ data: { code: string; status: string }[] }>('/api/v1/lists')).body;
    const enabled = lists.filter((list) => list.status === 'ENABLED');
    expect(enabled.length).toBeGreaterThan(20);
    const codes = enabled.map(({ code }) => code);
    const expectLawful = async (code: string) => {
      const flagged = await flag('--list', code);
      expect([code, flagged.entry.status]).toEqual([code, 'ACTIVE']);
      expect(flagged.departments.reduce((sum, department) => sum + department.tasks, 0)).toBe(flagged.plan.tasks);
      expect(flagged.hops.map((hop) => hop.hop)).toEqual(['entry', 'plan', 'tasks']);
    };
    // A few at a time: each is a process that mostly waits.
    while (codes.length > 0) await Promise.all(codes.splice(0, 4).map(expectLawful));
  }, 180_000);

  test('may name its subject, again and again; in English too', async () => {
    const code = generateUscc('91', 'MADEM', 77);
    const first = await flag(code);
    const { out } = await ends(0, 'demo', 'flag', code, '--lang', 'en');
    expect(first.entry.subject.usccCode).toBe(code);
    expect(out).toContain(`in force: ${first.entry.subject.name}`);
    expect(out).toMatch(/all there/);
  });

  test('of a wrong code is refused with the reason; of an unknown list, not found; of a code that may be real, only on demand', async () => {
    const { err } = await ends(1, 'demo', 'flag', '91320799MA00000156');
    expect(err).toMatch(/USCC_INVALID \(422\)[\s\S]*处理办法：[\s\S]*\/subject\/usccCode {2}USCC_INVALID {2}第 18 位应为 5/);
    await ends(3, 'demo', 'flag', '--list', 'BL-NONE');
    await ends(1, 'demo', 'flag', '--list', 'BL-RAIL');
    await ends(1, 'demo', 'flag', '--as', 'TYJ');
    expect((await ends(2, 'demo', 'flag', '91320706MA1MADEM0X')).err).toContain('--yes');
    const json = await desk.run(['demo', 'flag', '91320799MA00000156', '-o', 'json']);
    expect(JSON.parse(json.err)).toMatchObject({ code: 'USCC_INVALID', errors: [{ pointer: '/subject/usccCode' }] });
  });

  test('of a dry run is shown and not sent', async () => {
    const { out, err } = await ends(0, 'demo', 'flag', '--dry-run', '-o', 'json');
    const [request, ...others] = JSON.parse(out) as {
      method: string;
      url: string;
      headers: Record<string, string>;
      body: { subject: { usccCode: string } };
    }[];
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      method: 'POST',
      url: `${desk.system.baseUrl}/api/v1/list-entries`,
      headers: { authorization: 'Bearer lx_test_…' },
    });
    expect(err).toContain('未发送');
    const office = await desk.system.client('CREDIT_OFFICE');
    const found = await office.get<{ data: unknown[] }>(`/api/v1/subjects?usccCode=${request?.body.subject.usccCode}`);
    expect(found.body.data).toEqual([]);
  });

  test('is never sent where flags are real', async () => {
    const asked: string[] = [];
    const production = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ name: 'lianxin', version: '0.1.0', commit: null, mode: 'production', api: 'v1' }));
    });
    await new Promise<void>((resolve) => production.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(production.address() as AddressInfo).port}`;
    const { err } = await ends(1, 'demo', 'flag', '--url', url, '--key', 'lx_live_x', '--yes');
    await new Promise((resolve) => production.close(resolve));
    expect(err).toContain('不在演示模式');
    expect(asked).toEqual(['GET /api/v1/meta']);
  });
});

describe('tasks', () => {
  test('are listed for people and for programs, with the same content', async () => {
    const { entry, plan } = await flag();
    const { out, err } = await ends(0, 'task', 'ls', '--entry', entry.id, '--limit', '3');
    expect(out.split('\n')[0]).toMatch(/^编号 +部门 +状态 +措施/);
    expect(out).toContain('已下发');
    expect(err).toContain('只列出前 3 项');
    const json = await desk.json<TaskView[]>('task', 'ls', '--entry', entry.id, '--all');
    expect(json).toHaveLength(plan.tasks);
    expect(parseYaml((await ends(0, 'task', 'ls', '--entry', entry.id, '--all', '-o', 'yaml')).out)).toEqual(json);
    const csv = (await ends(0, 'task', 'ls', '--entry', entry.id, '--all', '-o', 'csv')).out.split('\r\n');
    expect(csv[0]).toMatch(/^id,departmentCode,status,measureCode,/);
    expect(csv.slice(1, -1).map((line) => line.split(',')[0])).toEqual(json.map((task) => task.id));
    expect((await ends(0, 'task', 'ls', '--limit', '1', '-o', 'csv', '--bom')).out).toMatch(/^\uFEFFid,/);
    const ofWmb = await desk.json<TaskView[]>('task', 'ls', '--department', 'WMB', '--status', 'DISPATCHED,ARMED', '--as', 'WMB');
    expect(ofWmb.every((task) => task.departmentCode === 'WMB')).toBe(true);
    expect((await ends(0, 'task', 'ls', '--entry', absent)).err).toContain('没有任务');
  });

  test('more than a page of them are read to the last, and a reader that leaves early is no fault', async () => {
    const all = await desk.json<TaskView[]>('task', 'ls', '--all');
    expect(all.length).toBeGreaterThan(400);
    expect(new Set(all.map((task) => task.id)).size).toBe(all.length);
    expect(await desk.json<TaskView[]>('task', 'ls', '--limit', '250')).toHaveLength(250);
    expect(await desk.firstLine('task', 'ls', '--all', '-o', 'csv')).toEqual({
      code: 0,
      out: expect.stringMatching(/^id,.*\r\n$/),
      err: '',
    });
  });

  test('are watched until Ctrl-C', async () => {
    const twice = (out: string) => out.split('编号').length > 2;
    const ended = await desk.run(['task', 'ls', '--watch', '--interval', '0.2', '--limit', '1'], {}, twice);
    expect(ended.code).toBe(0);
  });

  test('are acknowledged, armed or started, answered and approved; a wrong step ends with its own code', async () => {
    const task = await newTask('WMB');
    const as = ['--as', 'WMB'];
    expect((await ends(2, 'task', 'ack', task.id)).err).toContain('--as');
    expect((await ends(3, 'task', 'ack', task.id, '--as', 'TYJ')).err).toContain('NOT_FOUND (404)');
    expect((await ends(0, 'task', 'ack', task.id, ...as)).out).toContain('已签收');
    expect((await ends(4, 'task', 'ack', task.id, ...as)).err).toContain('TRANSITION_NOT_ALLOWED (409)');
    expect((await ends(4, 'task', 'arm', task.id, ...as)).err).toContain('ACTION_NOT_FOR_TRIGGER');
    const other = await newTask('WMB');
    const several = await ends(5, 'task', 'ack', task.id, other.id, absent, ...as, '-o', 'json');
    expect(JSON.parse(several.out)).toEqual([
      expect.objectContaining({ id: task.id, status: null, code: 'TRANSITION_NOT_ALLOWED' }),
      expect.objectContaining({ id: other.id, status: 'ACKNOWLEDGED', code: null }),
      expect.objectContaining({ id: absent, status: null, code: 'NOT_FOUND' }),
    ]);
    expect((await ends(0, 'task', 'start', task.id, ...as)).out).toContain('执行中');

    const answer = [
      'task',
      'feedback',
      task.id,
      '--kind',
      'APPLIED',
      '--applied-on',
      beijingDate(new Date()),
      '--document-no',
      '1号',
      ...as,
    ];
    expect((await ends(1, ...answer)).err).toMatch(/EVIDENCE_REQUIRED[\s\S]*\/evidenceIds/);
    expect((await ends(1, ...answer, '--evidence', 'nothing.pdf')).err).toContain('ENOENT');
    expect((await ends(1, ...answer, '--evidence', await desk.file('a.txt', 'plain'))).err).toContain('FILE_TYPE_NOT_ALLOWED');
    const evidence = [await desk.file('证据一.pdf', pdf), await desk.file('证据二.pdf', `${pdf}\n`)];
    const dry = await ends(0, ...answer, '--evidence', ...evidence, '--dry-run', '-o', 'json');
    expect((JSON.parse(dry.out) as { url: string }[]).map(({ url }) => new URL(url).pathname)).toEqual([
      '/api/v1/files',
      '/api/v1/files',
      `/api/v1/tasks/${task.id}/feedback`,
    ]);
    const given = await ends(0, ...answer, '--remark', '已取消', '--evidence', ...evidence, '-o', 'json');
    const feedback = JSON.parse(given.out) as {
      id: string;
      status: string;
      versions: { content: { evidenceIds: string[]; remark: string } }[];
    };
    expect(feedback).toMatchObject({ status: 'PENDING', versions: [{ content: { remark: '已取消' } }] });
    expect(feedback.versions[0]?.content.evidenceIds).toHaveLength(2);

    expect((await ends(0, 'task', 'pending', '--as', 'WMB:APPROVER')).out).toContain(feedback.id);
    expect((await ends(1, 'task', 'approve', feedback.id, ...as)).err).toContain('FORBIDDEN (403)');
    expect((await ends(0, 'task', 'reject', feedback.id, '--reason', '缺章', '--as', 'WMB:APPROVER')).out).toContain('已退回');
    const again = await desk.json<{ id: string }>(...answer, '--evidence', ...evidence);
    expect((await ends(0, 'task', 'approve', again.id, '--as', 'WMB:APPROVER')).out).toContain('有效');
    expect((await ends(4, 'task', 'approve', again.id, '--as', 'WMB:APPROVER')).err).toContain('(409)');
    expect((await ends(0, 'task', 'ls', '--entry', task.bases[0]?.entryId ?? '', '--status', 'FED_BACK')).out).toContain(task.id);
  });

  test('show every call when asked, and never a key', async () => {
    const { out, err } = await ends(0, 'task', 'ls', '--limit', '1', '--verbose');
    expect(err).toMatch(/→ GET http:\/\/127\.0\.0\.1:\d+\/api\/v1\/tasks\?limit=1 Bearer lx_test_…\n← 200 \d+ ms/);
    const { apiKeys } = await desk.system.json<{ apiKeys: Record<string, string> }>('demo-credentials.json');
    for (const key of Object.values(apiKeys)) expect(out + err).not.toContain(key);
  });
});

describe('list entries', () => {
  test('leave their list when they are told to, once, on a ground that the list knows', async () => {
    const { entry } = await flag();
    const shown = await ends(0, 'list-entry', 'get', entry.id);
    expect(shown.out).toMatch(new RegExp(`记录号 +${entry.number}`));
    expect(shown.out).toMatch(/T12 +已认定 +生效/);
    const exit = ['list-entry', 'exit', entry.id, '--document', '移出〔2026〕1号', '--as', 'RSJ'];
    expect((await ends(2, ...exit, '--ground', 'DUTIES_PERFORMED')).err).toContain('--yes');
    expect((await ends(1, ...exit, '--ground', 'OWN_WAIVER', '--yes')).err).toMatch(/GROUND_NOT_ALLOWED[\s\S]*\/ground/);
    expect((await ends(3, ...exit.with(-1, 'TYJ'), '--ground', 'DUTIES_PERFORMED', '--yes')).err).toContain('NOT_FOUND');
    const left = await ends(0, ...exit, '--ground', 'DUTIES_PERFORMED', '--yes', '-o', 'json');
    expect(JSON.parse(left.out)).toMatchObject({ id: entry.id, status: 'EXPIRED' });
    expect((await ends(4, ...exit, '--ground', 'DUTIES_PERFORMED', '--yes')).err).toContain('TRANSITION_NOT_ALLOWED');
    await ends(3, 'list-entry', 'get', absent);
  });

  test('are imported from a file: good rows in, each bad row a line with field, reason and remedy, and exit code 5', async () => {
    const file = await desk.file('mixed.csv', listFile(['甲公司', undefined, '乙公司']));
    const table = await ends(5, 'list-entry', 'import', file, '--as', 'RSJ');
    expect(table.out).toMatch(/^行 +字段 +问题 +原因 +处理办法\n3 +subject.usccCode +USCC_INVALID +第 18 位应为/);
    expect(table.err).toMatch(/上传 mixed\.csv[\s\S]*部分成功：导入 2 行，未导入 1 行/);
    const json = await desk.run([
      'list-entry',
      'import',
      await desk.file('more.csv', listFile([undefined, '丙公司'])),
      '--as',
      'RSJ',
      '-o',
      'json',
    ]);
    expect(json.code).toBe(5);
    const { job, errors } = JSON.parse(json.out) as { job: { status: string }; errors: Fault[] };
    expect(job.status).toBe('partially_succeeded');
    expect(errors).toEqual([
      expect.objectContaining({ line: 2, field: 'subject.usccCode', code: 'USCC_INVALID', remedy: expect.any(String) }),
    ]);
    await ends(0, 'list-entry', 'import', await desk.file('good.csv', listFile(['丁公司'])), '--as', 'RSJ');
    await ends(1, 'list-entry', 'import', await desk.file('all.csv', listFile(['戊公司', undefined])), '--mode', 'all', '--as', 'RSJ');
    expect((await ends(1, 'list-entry', 'import', await desk.file('header.csv', 'a,b\n1,2\n'), '--as', 'RSJ')).err).toContain(
      'IMPORT_HEADER_UNKNOWN',
    );
    expect((await ends(1, 'list-entry', 'import', 'nothing.csv', '--as', 'RSJ')).err).toContain('ENOENT');
    expect((await ends(1, 'list-entry', 'import', desk.folder, '--as', 'RSJ')).err).toContain('EISDIR');
    const dry = await ends(0, 'list-entry', 'import', file, '--as', 'RSJ', '--dry-run');
    expect(dry.out).toMatch(/POST .*\/api\/v1\/imports\?kind=list-entries&mode=partial[\s\S]*"file": "mixed\.csv"/);
  });

  test('with names that are formulae or escapes come out as harmless text', async () => {
    const names = [`=cmd|'/c calc'!A1`, '清屏\u001b[2J\u009b31m公司', '\u202e反转公司', `+86,"引号"公司`];
    await ends(0, 'list-entry', 'import', await desk.file('names.csv', listFile(names)), '--as', 'RSJ');
    const read = async (format: string) => (await ends(0, 'task', 'ls', '--department', 'RSJ', '--all', '--as', 'RSJ', '-o', format)).out;
    await eventually('the tasks of all four have arrived', async () => (await read('json')).includes('引号'));
    const csv = await read('csv');
    expect(csv).toContain(`'=cmd|'/c calc'!A1`);
    expect(csv).toContain(`"'+86,""引号""公司"`);
    for (const format of ['table', 'csv', 'json', 'yaml'])
      expect([format, /(?![\r\n])\p{Cc}/u.exec(await read(format))]).toEqual([format, null]);
    for (const format of ['table', 'json', 'yaml']) expect(await read(format)).not.toContain('\u202e');
    const stored = (JSON.parse(await read('json')) as TaskView[]).map((task) => task.party.name);
    expect(stored).toEqual(expect.arrayContaining(names));
  });
});

/** Every service that owns events, as the folders of the house tell it. */
const servicesWithLag = readdirSync(join(import.meta.dirname, '../..'))
  .filter((name) => existsSync(join(import.meta.dirname, '../..', name, 'src/migrations')) && name !== 'gateway')
  .sort();

test.each(roads)('%s', async (_what, road) => road(desk, ends, (await flag()).entry));

describe('operating', () => {
  test('lag tells every service in words and numbers, also to one who may not see the parked keys', async () => {
    // A service that is slow to tell its figures is shown as silent: on a busy machine the whole picture may take a second look.
    const line = (service: string) => new RegExp(`${service} +\\S+ +[\\d.]+ 秒 .* [\\d.]+ 秒 +0 +0`);
    await eventually('every service tells its figures', async () => {
      const { out } = await ends(0, 'lag');
      return ['名单与比对', '措施分解', '执行反馈', '窗口核查', '监测统计'].every((service) => line(service).test(out));
    });
    expect((await ends(0, 'lag', '--as', 'RSJ')).err).toContain('无权查看停放的键');
    await eventually('the same in JSON', async () => {
      const lag = await desk.json<{ services: { service: string; outboxOldestSeconds: number | null }[]; parkedKeys: unknown[] }>('lag');
      expect(lag.services.map((row) => row.service)).toEqual(servicesWithLag);
      expect(lag.parkedKeys).toEqual([]);
      return lag.services.every((row) => row.outboxOldestSeconds !== null);
    });
    const watched = await desk.run(
      ['lag', '--watch', '--interval', '0.2', '-o', 'csv'],
      {},
      (text) => text.split('service,state').length > 2,
    );
    expect(watched.code).toBe(0);
  });

  test('a subject that is parked is found, shown, and redriven once its cause is gone', async () => {
    expect((await ends(0, 'parked', 'ls')).err).toContain('没有停放的事件');
    await ends(3, 'parked', 'show', absent);
    await ends(3, 'parked', 'redrive', absent, '--yes');
    await desk.query(`CREATE FUNCTION execution_feedback.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'made to fail'; END $$;
      CREATE TRIGGER fail BEFORE INSERT ON execution_feedback.outbox FOR EACH ROW EXECUTE FUNCTION execution_feedback.fail();`);
    const code = generateUscc('91', 'MADEM', 78);
    const late = await ends(1, 'demo', 'flag', code, '--wait', '2');
    expect(late.err).toMatch(/2 秒内任务未全部到达\n.*lianxin parked ls/);
    const [parked] = await eventually('the subject is parked', async () => {
      const keys = await desk.json<{ key: string; service: string; reason: string; severity: string }[]>('parked', 'ls');
      return keys.length === 1 && keys;
    });
    expect(parked).toMatchObject({ service: 'execution-feedback', severity: 'NORMAL', reason: expect.stringContaining('made to fail') });
    const key = parked?.key ?? '';
    expect((await ends(0, 'parked', 'ls')).out).toMatch(new RegExp(`${key} +执行反馈 +一般`));
    expect((await ends(0, 'parked', 'show', key)).out).toMatch(/事件类型 +lianxin\.measure_plan\.made\.v1/);
    expect((await ends(0, 'lag')).out).toMatch(/执行反馈 +有事件被停放/);
    expect((await ends(0, 'doctor')).out).toMatch(/停放的事件 +1 个/);

    // An exit behind it: somebody would stay punished.
    const entryId = /生效：.* {2}(\S+)/.exec(late.out)?.[1] ?? '';
    await ends(0, 'list-entry', 'exit', entryId, '--ground', 'DUTIES_PERFORMED', '--document', '1号', '--as', 'RSJ', '--yes');
    await eventually('the end of the plan waits too', async () => (await desk.run(['lag'])).out.includes('有退出、暂停或解除被停放'));
    expect((await ends(1, 'doctor')).out).toMatch(/停放的事件 .*当事人仍在受限 .*redrive/);

    expect((await ends(2, 'parked', 'redrive', key)).err).toContain('--yes');
    expect((await ends(1, 'parked', 'redrive', key, '--yes', '--as', 'RSJ')).err).toContain('FORBIDDEN');
    expect((await ends(4, 'parked', 'redrive', key, '--yes')).err).toContain('REDRIVE_FAILED (409)');
    await desk.query('DROP FUNCTION execution_feedback.fail() CASCADE');
    expect((await ends(0, 'parked', 'redrive', key, '--yes')).out).toMatch(/执行反馈 +[1-9]\d* +0 +0/);
    const tasks = await desk.json<TaskView[]>('task', 'ls', '--entry', entryId, '--all');
    expect(tasks.length).toBeGreaterThan(0);
    expect(new Set(tasks.map((task) => task.status))).toEqual(new Set(['LIFTING']));
    expect((await ends(0, 'parked', 'ls')).out).toBe('');
  }, 120_000);

  test('the doctor finds a well system well, and its diagnostics hold no key', async () => {
    const { out, err } = await ends(0, 'doctor', '--bundle', 'bundle.json');
    for (const what of [
      'Node 版本',
      '数据目录',
      '磁盘空间',
      '端口',
      '/livez',
      '/readyz · database',
      '/healthz · monitoring',
      '版本',
      '时钟',
      '停放',
    ])
      expect(out).toContain(what);
    expect(err).toContain('诊断信息已写入');
    const bundle = await readFile(join(desk.folder, 'bundle.json'), 'utf8');
    expect(JSON.parse(bundle)).toMatchObject({ checks: expect.anything(), figures: expect.anything(), settings: ['LIANXIN_DATA_DIR'] });
    const { apiKeys } = await desk.system.json<{ apiKeys: Record<string, string> }>('demo-credentials.json');
    for (const key of Object.values(apiKeys)) expect(bundle).not.toContain(key);
    expect((await ends(1, 'doctor', '--bundle', 'bundle.json')).err).toContain('EEXIST');
  });

  test('the doctor tells cause and remedy where nobody answers, or somebody else', async () => {
    const silent = await ends(1, 'doctor', '--url', 'http://127.0.0.1:9');
    expect(silent.out).toMatch(/✗ +端口 +127\.0\.0\.1:9 +无法连接 .*npm start/);
    const stranger = createServer((_request, response) => void response.end('hello'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const found = await ends(1, 'doctor', '--url', `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`);
    await new Promise((resolve) => stranger.close(resolve));
    expect(found.out).toMatch(/✗ +端口 .*应答者不是联信系统.*LIANXIN_PORT/);
  });
});

describe('the catalogue by version', () => {
  test('goes from a file to force by two people; a gate that it closes lifts the tasks (R-4-6, R-4-8)', async () => {
    await catalogueRoad(desk, ends, (await flag()).entry.id);
  }, 120_000);
});
