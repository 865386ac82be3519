import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { TaskView } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import type { Browser, Page } from 'playwright-core';
import { System } from '../../../test/support/system.ts';
import { chromiumPath, launchBrowser, Window } from './browser.ts';

let system: System;
let browser: Browser;
const windows: Window[] = [];

// skipped because there is no Chromium on this machine; .ci/run installs it
const inBrowser = chromiumPath === undefined ? describe.skip : describe;

/** Opens the page and waits until it is live and shows a flag. */
async function openPage(query = '', size: { width?: number; height?: number } = {}): Promise<Window> {
  const opened = await Window.open(browser, system.baseUrl, size);
  windows.push(opened);
  await opened.page.goto(`/${query}`);
  await opened.page.locator('.connection-live').waitFor();
  await eventually('it shows the newest flag of the seeded city', () => new URL(opened.page.url()).searchParams.has('entry'));
  return opened;
}

/** Presses the button and gives the id of the flag that is shown then. */
async function inject(page: Page): Promise<string> {
  const before = new URL(page.url()).searchParams.get('entry');
  await page.getByTestId('inject').click();
  const entryId = await eventually('the address says the new flag', () => {
    const entry = new URL(page.url()).searchParams.get('entry');
    return entry !== null && entry !== before && entry;
  });
  // Until the page has read of it, the one before stands there.
  await page.locator(`#road[data-entry="${entryId}"]`).waitFor();
  return entryId;
}

/** The tasks of a flag as the credit office's API tells them, once they are there. */
async function tasksOf(entryId: string): Promise<TaskView[]> {
  const office = await system.client('CREDIT_OFFICE');
  return eventually('the tasks are there', async () => {
    const tasks = await office.all<TaskView>(`/api/v1/tasks?entryId=${entryId}`);
    return tasks.length > 0 && tasks;
  });
}

const marks = (page: Page, department: string, stage: string) => page.locator(`[data-department="${department}"] [data-stage="${stage}"]`);
const textOf = async (page: Page, testId: string) => (await page.getByTestId(testId).textContent()) ?? '';
const done = (page: Page, testId: string) => page.locator(`[data-testid="${testId}"][data-state="done"]`).waitFor();

inBrowser('the live page', () => {
  beforeAll(async () => {
    execFileSync(process.execPath, [join(import.meta.dirname, '../build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
    system = await System.create('standalone');
    [browser] = await Promise.all([launchBrowser(), system.start()]);
    // The city has just been seeded: what it still says would push the lines of a flag out of the ticker.
    await eventually(
      'nothing is under way any more',
      async () => {
        const metrics = await (await fetch(`${system.baseUrl}/metrics`)).text();
        const waiting = [...metrics.matchAll(/^lx_(?:consumer_lag|outbox_oldest)_seconds\{[^}]*\} (\S+)$/gm)].map(([, value]) =>
          Number(value),
        );
        return waiting.length > 0 && waiting.every((seconds) => seconds === 0);
      },
      120_000,
    );
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await system?.remove();
  }, 60_000);
  afterEach(async () => {
    const opened = windows.splice(0);
    const strays = opened.flatMap((one) => one.strayRequests);
    const faults = opened.flatMap((one) => one.faults);
    for (const one of opened) await one.close();
    // Whatever a test is about: nothing leaves this machine, no script fails, the content policy refuses nothing.
    expect([strays, faults]).toEqual([[], []]);
  });

  test('shows a flag that is injected: listed, decomposed, and in the queue of every department that has a task', async () => {
    const { page } = await openPage();
    await page.getByText('演示模式').waitFor();
    const entryId = await inject(page);
    const tasks = await tasksOf(entryId);
    await Promise.all(['step-entry', 'step-plan', 'step-dispatch'].map((step) => done(page, step)));
    expect(await textOf(page, 'step-plan')).toMatch(/\d+ 项措施/);
    await eventually('every department has lit up', async () => (await textOf(page, 'step-dispatch')).includes(`${tasks.length} 项任务`));
    const shown = await page.locator('.tile').evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute('data-department')));
    expect(shown.sort()).toEqual([...new Set(tasks.map((task) => task.departmentCode))].sort());
    expect(await page.locator('.tile-mark[data-stage="WAITING"]').count()).toBe(tasks.length);
    const lines = page.locator('.ticker-lines li');
    for (const type of ['list_entry.activated', 'measure_plan.made', 'task.dispatched'])
      await lines
        .and(page.locator(`[data-type="lianxin.${type}.v1"]`))
        .first()
        .waitFor();
    await eventually('it is announced', async () => (await textOf(page, 'announcement')).includes(`${tasks.length} 项任务`));
  });

  test('turns the marks of a department as it signs, arms and answers, and the figures with them', async () => {
    const { page } = await openPage();
    const tasks = await tasksOf(await inject(page));
    const task = tasks.find((one) => one.trigger === 'ON_EVENT');
    if (task === undefined) throw new Error('no task to arm');
    const { departmentCode } = task;
    const [handler, approver] = [await system.client(departmentCode), await system.client(`${departmentCode}:APPROVER`)];
    const own = tasks.filter((one) => one.departmentCode === departmentCode).length;
    await eventually('it waits', async () => (await marks(page, departmentCode, 'WAITING').count()) === own);
    const before = await page.locator('[data-figure="K05"]').textContent();

    expect((await handler.post(`/api/v1/tasks/${task.id}/acknowledge`)).status).toBe(200);
    await marks(page, departmentCode, 'SIGNED').waitFor();
    expect((await handler.post(`/api/v1/tasks/${task.id}/arm`)).status).toBe(200);
    await marks(page, departmentCode, 'ARMED').waitFor();
    const feedback = await handler.post<{ id: string }>(`/api/v1/tasks/${task.id}/feedback`, { kind: 'ZERO' });
    await marks(page, departmentCode, 'PENDING').waitFor();
    expect((await approver.post(`/api/v1/feedback/${feedback.body.id}/approve`)).status).toBe(200);
    await marks(page, departmentCode, 'ANSWERED').waitFor();
    await eventually(
      'the acknowledgement rate has moved',
      async () => (await page.locator('[data-figure="K05"]').textContent()) !== before,
    );

    // The same after a reload, from the API alone.
    await page.reload();
    await marks(page, departmentCode, 'ANSWERED').waitFor();
  });

  test('opens the rows behind every figure', async () => {
    const { page } = await openPage();
    const office = await system.client('CREDIT_OFFICE');
    for (const figure of ['K01-BLACK', 'K05', 'K07', 'K11-PUNISH', 'K11-REWARD']) {
      await page.locator(`[data-figure="${figure}"]`).click();
      const drawer = page.getByRole('dialog');
      const rows = (await office.get<{ data: unknown[] }>(`/api/v1/stats/rows?figure=${figure}&limit=50`)).body.data.length;
      if (rows === 0) await drawer.locator('.empty').waitFor();
      else await eventually(`${rows} rows of ${figure}`, async () => (await drawer.locator('tbody tr.ant-table-row').count()) === rows);
      await page.keyboard.press('Escape');
      await drawer.waitFor({ state: 'hidden' });
    }
  });

  test('a department sees its own tasks only and signs on the page; its approver approves there; the auditor is offered nothing to do', async () => {
    const { page } = await openPage();
    const entryId = await inject(page);
    const task = (await tasksOf(entryId)).find((one) => one.trigger === 'ON_EVENT');
    const department = task?.departmentCode ?? '';
    await page.goto(`/?role=DEPARTMENT&department=${department}&entry=${entryId}`);
    await page.locator(`[data-department="${department}"]`).click();
    expect(await page.locator('.tile').count()).toBe(1);
    const card = page.locator(`[data-task="${task?.id}"]`);
    await card.getByRole('button', { name: '签收' }).click();
    await card.getByRole('button', { name: '完成布控' }).click();
    await card.getByRole('button', { name: '填写反馈' }).click();
    await card.getByRole('button', { name: '提交反馈' }).click();
    await page.locator(`[data-task="${task?.id}"][data-stage="PENDING"]`).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });

    await page.getByText('部门审核', { exact: true }).click();
    await page.locator(`[data-department="${department}"]`).click();
    await card.getByRole('button', { name: '审核通过' }).click();
    await page.locator(`[data-task="${task?.id}"][data-stage="ANSWERED"]`).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });

    await page.getByText('审计', { exact: true }).click();
    await eventually('the auditor sees all departments', async () => (await page.locator('.tile').count()) > 1);
    await marks(page, department, 'ANSWERED').waitFor();
    expect(await page.getByTestId('inject').count()).toBe(0);
    await page.getByText('窗口', { exact: true }).click();
    await page.getByText('窗口人员只看到本部门的任务').waitFor();
    await eventually(
      'the window sees no other department',
      async () => (await page.locator('.tile:not([data-department="DATAJ"])').count()) === 0,
    );
  });

  test('lets departments of the demo city act on a flag until all of it is answered', async () => {
    const { page } = await openPage();
    await page.getByRole('button', { name: '选择要注入的名单' }).click();
    await page.getByRole('menuitem', { name: /A级纳税人|税/ }).click();
    await eventually('an honour is shown', async () => (await page.locator('.road-head .direction-reward').count()) === 1);
    await done(page, 'step-dispatch');
    await page.getByTestId('play').click();
    await eventually(
      'all has been answered',
      async () => (await page.getByTestId('step-answer').getAttribute('data-state')) === 'done',
      120_000,
    );
  }, 150_000);

  test('comes back by itself when the system was away, and misses nothing', async () => {
    const { page } = await openPage();
    const [task] = await tasksOf(await inject(page));
    const department = task?.departmentCode ?? '';
    await marks(page, department, 'WAITING').first().waitFor();
    await system.stop();
    await page.locator('.connection-waiting').waitFor();
    await system.start();
    await (await system.client(department)).post(`/api/v1/tasks/${task?.id}/acknowledge`);
    await page.locator('.connection-live').waitFor({ timeout: 60_000 });
    await marks(page, department, 'SIGNED').first().waitFor();
  }, 150_000);

  test('has no serious fault of accessibility, in both languages, in every view, on a phone as well; nothing runs over sideways', async () => {
    const opened = await openPage();
    const { page } = opened;
    await inject(page);
    await done(page, 'step-dispatch');
    const found: string[] = [];
    const look = async (where: string) => found.push(...(await opened.accessibilityFaults()).map((fault) => `${where}: ${fault}`));
    await look('departments');
    await page.getByText('流向图').click();
    await page.locator('.road .chart svg').waitFor();
    await look('flow');
    await page.locator('.road-view').getByText('表格').click();
    await page.locator('.road .ant-table').waitFor();
    await look('table');
    await page.locator('[data-figure="K05"]').click();
    await page.getByRole('dialog').locator('tr.ant-table-row').first().waitFor();
    await look('rows');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Live events' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await look('English');
    expect(await opened.sideways()).toBe(0);
    const phone = await openPage('', { width: 390, height: 844 });
    found.push(...(await phone.accessibilityFaults()).map((fault) => `phone: ${fault}`));
    expect(await phone.sideways()).toBe(0);
    expect(found).toEqual([]);
  });

  test('is worked by keyboard alone: a tile opens with Enter, Escape gives the focus back', async () => {
    const { page } = await openPage();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip-link');
    await inject(page);
    await done(page, 'step-dispatch');
    // This very tile: another may come first while the departments go on.
    const tile = await page.locator('.tile').first().elementHandle();
    if (tile === null) throw new Error('no tile');
    await tile.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await eventually('the tile has the focus again', () => tile.evaluate((element) => element.ownerDocument.activeElement === element));
  });

  test('carries no code of the services into the browser', async () => {
    const { page } = await openPage();
    const scripts: string[] = await page.evaluate(
      "Promise.all([...document.querySelectorAll('script[src]')].map((script) => fetch(script.src).then((file) => file.text())))",
    );
    expect(scripts.join('').length).toBeGreaterThan(100_000);
    for (const word of ['ZodError', 'node:crypto', 'LIANXIN_TOKEN_PRIVATE_KEY', 'lx_test_']) expect(scripts.join('')).not.toContain(word);
  });
});
