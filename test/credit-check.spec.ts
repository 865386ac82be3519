import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { listEntryExited, matchDecided } from '@lianxin/contracts';
import type { RunningService } from '@lianxin/platform';
import { eventually } from '@lianxin/testing';
import type { Browser, Page } from 'playwright-core';
import { chromiumPath, launchBrowser, Window } from '../services/console/test/browser.ts';
import { service as gateway } from '../services/gateway/src/app.module.ts';
import { serviceNames } from '../services/gateway/src/route.rules.ts';
import { type Company, entryHeadOf, measures, WindowCity } from '../services/window-check/test/window.city.ts';
import { ApprovalSystem, type Embedding } from './support/approval.page.ts';
import { act, asked, card, heard, type Place, picture } from './support/prompt.page.ts';

let window: WindowCity;
let door: RunningService;
let approval: ApprovalSystem;
let stranger: ApprovalSystem;
let apiKey: string;
let browser: Browser;
const windows: Window[] = [];

// skipped because there is no Chromium on this machine; .ci/run installs it
const inBrowser = chromiumPath === undefined ? describe.skip : describe;

async function openWindow(size: { width?: number; height?: number } = {}): Promise<Page> {
  const opened = await Window.open(browser, door.url, { ...size, also: [approval.url, stranger.url] });
  windows.push(opened);
  return opened.page;
}
async function openCase(
  subjects: readonly object[],
  options: { caseNo?: string; lang?: string; embedding?: Embedding; width?: number } = {},
): Promise<{ page: Page; place: Place }> {
  const page = await openWindow(options.width === undefined ? {} : { width: options.width });
  await page.goto(approval.pageFor(subjects, options));
  return { page, place: options.embedding === undefined || options.embedding === 'component' ? page : page.frameLocator('#frame') };
}

async function blocked(): Promise<Company> {
  const company = await window.company();
  await window.list(company, [measures.ban]);
  return company;
}

inBrowser('the window prompt in a browser', () => {
  beforeAll(async () => {
    execFileSync(process.execPath, [join(import.meta.dirname, '../services/console/build.mjs')], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    [window, browser] = await Promise.all([
      WindowCity.create({ LIANXIN_CHECK_HOLD_MATTERS: 'ZFCG-TB' }, 'postgres', ['gateway']),
      launchBrowser(),
    ]);
    const bootstrap = randomBytes(33).toString('base64url');
    // Their addresses are needed before the door: it lets only these frame the prompt.
    approval = new ApprovalSystem('', '');
    await approval.open();
    const places = Object.fromEntries(
      serviceNames.map((name) => [name, name === 'window-check' ? window.running.url : 'http://127.0.0.1:9']),
    );
    door = await window.city.boot(gateway, {
      LIANXIN_SERVICE_URLS: JSON.stringify(places),
      LIANXIN_BOOTSTRAP_KEY: bootstrap,
      LIANXIN_EMBED_ORIGINS: approval.url,
    });
    const registered = await fetch(`${door.url}/api/v1/api-clients`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bootstrap}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'WINDOW', roles: ['WINDOW_CLERK'], departments: ['DATAJ'] }),
    });
    apiKey = ((await registered.json()) as { key: string }).key;
    approval.serve(door.url, apiKey);
    stranger = new ApprovalSystem(door.url, apiKey);
    await stranger.open();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await approval?.close();
    await stranger?.close();
    await window?.close();
  }, 60_000);
  afterEach(async () => {
    const opened = windows.splice(0);
    const strays = opened.flatMap((one) => one.strayRequests);
    const faults = opened.flatMap((one) => one.faults).filter((fault) => !fault.includes('frame-ancestors'));
    for (const one of opened) await one.close();
    expect([strays, faults]).toEqual([[], []]);
  });

  test.each<Embedding>(['component', 'frame with relay'])('a clean answer has a number and lets the case go on (%s)', async (embedding) => {
    const { page, place } = await openCase([asked(await window.company())], { embedding });
    await place
      .getByText(/核查单号 LYG-HC-2026-\d{6}/)
      .first()
      .waitFor();
    await place.locator('.tag', { hasText: '无限制记录' }).waitFor();
    await place.getByText('未发现与本事项有关的限制').waitFor();
    await eventually('the page hears that the case may go on', async () => (await heard(page)).includes('complete'));
    await picture(page, `clean-${embedding}`);
  });

  test.each<Embedding>(['component', 'frame with relay'])(
    'what is restricted stops the case until its measures are applied (%s)',
    async (embedding) => {
      const company = await blocked();
      const { page, place } = await openCase([asked(company)], { embedding, caseNo: `办件-${embedding}` });
      await card(place).waitFor();
      expect(await card(place).getAttribute('data-indicator')).toBe('critical');
      expect(await place.locator('.head .tag').textContent()).toBe('依法限制');
      expect(await card(place).textContent()).toContain('食品安全法第135条');
      expect(await heard(page)).not.toContain('complete');
      await picture(page, `blocked-${embedding}`);
      await act(place, '采纳所选措施').click();
      await place.getByText(/已采纳/).waitFor();
      await eventually('the page hears it', async () => (await heard(page)).includes('complete'));
      expect(await heard(page)).toContain('decided');
      expect(await window.decisionOf(company)).toMatchObject({ outcome: 'accepted' });
      await picture(page, `accepted-${embedding}`);
    },
  );

  test('nothing ticked is no decision', async () => {
    const company = await blocked();
    const { page, place } = await openCase([asked(company)]);
    await card(place).getByRole('checkbox').uncheck();
    await act(place, '采纳所选措施').click();
    await place.getByRole('alert').getByText('请至少勾选一项措施').waitFor();
    expect(await heard(page)).not.toContain('decided');
    expect(await window.decisionOf(company)).toBeUndefined();
  });

  test('not followed needs a coded reason, and "other" its words', async () => {
    const company = await blocked();
    const { page, place } = await openCase([asked(company)], { caseNo: '办件-不采纳' });
    await act(place, '不采纳…').click();
    await act(place, '确认不采纳').click();
    await place.getByRole('alert').getByText('请选择不采纳原因').waitFor();
    await place.getByLabel('不采纳原因').selectOption('other');
    await act(place, '确认不采纳').click();
    await place.getByRole('alert').getByText('选择“其他”须填写说明').waitFor();
    expect(await window.decisionOf(company)).toBeUndefined();
    await picture(page, 'override');
    await place.getByLabel('说明').fill('已提交担保 <img src=x onerror=alert(1)>');
    await act(place, '确认不采纳').click();
    await place.getByText(/未采纳/).waitFor();
    expect(await window.decisionOf(company)).toMatchObject({
      outcome: 'overridden',
      reason: 'other',
      comment: '已提交担保 <img src=x onerror=alert(1)>',
    });
    // The last word counts.
    await act(place, '重新处理').click();
    await act(place, '采纳所选措施').click();
    await place.getByText(/已采纳/).waitFor();
    expect(await window.decisionOf(company)).toMatchObject({ outcome: 'accepted' });
  });

  test('"not the same subject" is not asked again at this window until the office has looked', async () => {
    const company = await blocked();
    const { place } = await openCase([asked(company)], { caseNo: '办件-一' });
    await act(place, '不采纳…').click();
    await place.getByLabel('不采纳原因').selectOption('not_same_subject');
    await act(place, '确认不采纳').click();
    await place.getByText(/未采纳/).waitFor();
    const next = await openCase([asked(company)], { caseNo: '办件-二' });
    await next.place.getByText('待信用办核实，核实前提示仍然有效').waitFor();
    expect(await card(next.place).getAttribute('data-indicator')).toBe('critical');
    await picture(next.page, 'reported');
    const [plan] = await window.city.query<{ entry_id: string }>('SELECT entry_id FROM window_check.plan_party WHERE subject_id = $1', [
      company.subjectId,
    ]);
    await window.feeder.send(matchDecided, company.subjectId, {
      candidateId: company.subjectId,
      sourceKind: 'WINDOW_CHECK',
      sourceId: plan?.entry_id ?? '',
      subjectId: company.subjectId,
      grade: 'CONFLICT',
      rule: 'W1',
      departmentCode: 'SCJGJ',
      verdict: 'SAME',
      decidedBy: 'CITY:CREDIT_OFFICE',
    });
    await eventually('it asks again', async () => (await window.cardsOf(company))[0]?.answered === null);
    const last = await openCase([asked(company)], { caseNo: '办件-三' });
    await act(last.place, '采纳所选措施').waitFor();
  });

  test('from hold and from the end no card stops anybody; a reward is a friendly one', async () => {
    const [held, gone, honoured, reviewed] = [
      await window.company(),
      await window.company(),
      await window.company(),
      await window.company(),
    ];
    const plans = [await window.list(held, [measures.ban]), await window.list(gone, [measures.ban])] as const;
    await window.list(honoured, [measures.reward], { listType: 'RED', listCode: 'RL-TAXA', direction: 'REWARD' });
    await window.list(reviewed, [measures.recommended]);
    await window.dispute(held, plans[0]);
    const exit = { ground: 'DESIGNATION_WRONG' as const, documentNo: null, exitedOn: '2026-11-10', byEntryId: null };
    await window.feeder.send(listEntryExited, gone.subjectId, { ...entryHeadOf(plans[1], 4, 'CORRECTED'), ...exit });
    await eventually('both are told', async () => {
      const [first, second] = [await window.cardsOf(held), await window.cardsOf(gone)];
      return first[0]?.indicator === 'info' && second.length === 0;
    });
    const four = [asked(held), asked(gone, 'shareholder'), asked(honoured, 'legal_rep'), asked(reviewed, 'bidder')];
    const { page, place } = await openCase(four);
    await card(place).waitFor();
    const looks = await place.locator('.card').evaluateAll((cards) => cards.map((one) => one.getAttribute('data-look')));
    expect(looks.sort()).toEqual(['note', 'review', 'reward']);
    expect(await place.locator('.card[data-indicator=critical]').count()).toBe(0);
    // What is on hold offers nothing to apply.
    expect(await place.locator('.card[data-look=note]').getByRole('button').count()).toBe(0);
    expect(await place.locator('.card[data-look=note]').getByRole('checkbox').count()).toBe(0);
    await picture(page, 'looks');
  });

  test('of a card that is held in part only what goes on can be ticked', async () => {
    const company = await window.company();
    await window.dispute(company, await window.list(company, [measures.ban, measures.exempt]));
    const { place } = await openCase([asked(company)], { caseNo: '办件-部分暂停' });
    await place.locator('li', { hasText: '暂停执行' }).waitFor();
    expect(await card(place).getByRole('checkbox').count()).toBe(1);
    await act(place, '采纳所选措施').click();
    await eventually('only that is applied', async () => (await window.decisionOf(company))?.applied_measure_codes.join() === 'FOOD-02');
  });

  test('a check that could only be registered says so, and shows the answer by itself once it has been made up for', async () => {
    const company = await blocked();
    const release = await window.lockChecks();
    const { page, place } = await openCase([asked(company)]);
    await place.getByText('系统暂不可用，已登记，恢复后 10 分钟内补查').waitFor();
    expect(await place.locator('.head .tag').textContent()).toBe('待补查');
    await picture(page, 'registered');
    await release();
    await place.locator('.card[data-indicator=critical]').waitFor({ timeout: 30_000 });
    await place.getByText('系统已恢复，补查完成').first().waitFor();
    await picture(page, 'made-up-for');
    expect((await heard(page)).filter((name) => name === 'answer')).toHaveLength(2);
  }, 60_000);

  test('where the law of the matter decides so, a registered case waits', async () => {
    const company = await blocked();
    const release = await window.lockChecks();
    const { page, place } = await openCase([asked(company)]);
    await page.evaluate(`check.setAttribute('matter', 'ZFCG-TB'); window.heard.length = 0; check.subjects = asked.subjects;`);
    await place.getByText('本事项须待补查结果后办理').waitFor();
    expect(await heard(page)).toEqual(['answer']);
    await release();
    await eventually('it may go on', async () => (await heard(page)).includes('complete'), 30_000);
  }, 60_000);

  test.each<Embedding>(['component', 'frame with relay'])(
    'nobody to be reached: not registered, asked again by itself, counted once (%s)',
    async (embedding) => {
      const company = await blocked();
      approval.isCut = true;
      approval.keys.length = 0;
      const { page, place } = await openCase([asked(company)], { embedding });
      await place.getByText('核查系统暂时无法连接，本次核查尚未登记').first().waitFor();
      expect(await heard(page)).not.toContain('complete');
      await picture(page, `away-${embedding}`);
      await eventually('it asks again', () => embedding !== 'component' || approval.keys.length > 2);
      approval.isCut = false;
      await place.locator('.card[data-indicator=critical]').waitFor({ timeout: 20_000 });
      expect(new Set(approval.keys).size).toBe(1);
    },
  );

  test('a decision that does not arrive is not shown as made', async () => {
    const company = await blocked();
    const { page, place } = await openCase([asked(company)]);
    await card(place).waitFor();
    approval.isCut = true;
    await act(place, '采纳所选措施').click();
    await place.getByText('处理结果尚未送达').waitFor();
    expect(await heard(page)).not.toContain('decided');
    approval.isCut = false;
    await act(place, '采纳所选措施').click();
    await place.getByText(/已采纳/).waitFor();
  });

  test('what is asked wrongly is told with the reason', async () => {
    const { place } = await openCase([{ role: 'applicant', name: '只有名称的公司' }]);
    await place.getByRole('alert').getByText('仅凭名称不作比对').waitFor();
  });

  test('a name is shown and never run', async () => {
    const company = await window.company('<img src=x onerror="document.title=1">食品有限公司');
    const { page, place } = await openCase([asked(company)]);
    await place.getByText('<img src=x').waitFor();
    expect(await page.title()).toBe('审批系统');
  });

  test('is worked by keyboard alone, and the focus stays where the decision was made', async () => {
    const { page, place } = await openCase([asked(await blocked())], { caseNo: '办件-键盘' });
    await card(place).waitFor();
    const focused = () => page.evaluate<string>('document.activeElement?.shadowRoot?.activeElement?.textContent ?? ""');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('采纳所选措施');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await place.getByText(/未采纳/).waitFor();
    expect(await focused()).toContain('依法限制');
  });

  test('has no serious fault of accessibility in any state, in both languages and on a phone', async () => {
    const found: string[] = [];
    const look = async (where: string) =>
      found.push(...((await windows.at(-1)?.accessibilityFaults()) ?? []).map((fault) => `${where}: ${fault}`));
    const company = await blocked();
    for (const options of [
      { lang: 'zh' },
      { lang: 'en' },
      { lang: 'zh', width: 390 },
      { lang: 'zh', embedding: 'frame with relay' as const },
    ]) {
      const { place } = await openCase([asked(company), asked(await window.company(), 'legal_rep')], options);
      await card(place).waitFor();
      await place.locator('[data-act=override]').click();
      await place.locator('[data-act=confirm-override]').click();
      await place.getByRole('alert').first().waitFor();
      await look(JSON.stringify(options));
      expect(await windows.at(-1)?.sideways()).toBe(0);
    }
    const { place } = await openCase([asked(await window.company())]);
    await place.locator('.clean').waitFor();
    await look('clean');
    expect(found).toEqual([]);
  }, 60_000);

  test('is framed by whom the gateway names, and by nobody else', async () => {
    const policyOf = async (path: string) => (await fetch(door.url + path)).headers.get('content-security-policy') ?? '';
    expect(await policyOf('/embed/frame')).toContain(`frame-ancestors 'self' ${approval.url}`);
    for (const path of ['/', '/simulator']) expect(await policyOf(path)).toContain("frame-ancestors 'none'");
    const page = await openWindow();
    await page.goto(stranger.pageFor([asked(await blocked())], { embedding: 'frame with relay' }));
    await page.waitForLoadState('load');
    expect(await heard(page)).not.toContain('ready');
    expect(stranger.calls).toEqual([]);
  });

  test('the frame takes no word from another page', async () => {
    const { page, place } = await openCase([asked(await window.company())], { embedding: 'frame with relay' });
    await place.locator('.clean').waitFor();
    const before = approval.calls.length;
    // From itself, not from the page around it.
    const inner = page.frames().find((frame) => frame.url().endsWith('/embed/frame'));
    await inner?.evaluate(`postMessage({ type: 'lianxin:check', matter: 'SPJY', subjects: [{ usccCode: 'x' }], relay: true }, '*')`);
    // From a part of the page around it, of the same origin.
    await page.evaluate(`new Promise((resolve) => {
      const part = document.createElement('iframe');
      part.srcdoc = '<script>parent.frame.contentWindow.postMessage({ type: "lianxin:check", matter: "SPJY", subjects: [], relay: true }, "*")</' + 'script>';
      part.onload = resolve;
      document.body.append(part);
    })`);
    for (const message of [{ type: 'lianxin:check' }, { type: 'lianxin:check', matter: 1, subjects: [] }, null, 'text'])
      await page.evaluate(`frame.contentWindow.postMessage(${JSON.stringify(message)}, '*')`);
    await page.evaluate(`post({ type: 'lianxin:check', matter: 'LAST', subjects: [], relay: true })`);
    await eventually('the last, from the page itself, is heard', () => approval.bodies.some((body) => body.includes('LAST')));
    expect(approval.calls.length).toBe(before + 1);
  });

  test('the simulator shows the whole way, by component and by frame', async () => {
    const company = await blocked();
    const page = await openWindow();
    await page.goto('/simulator');
    for (const way of ['组件', 'iframe']) {
      await page.getByLabel(way).check();
      await page.locator('#case-no').fill(`办件-${way}`);
      await page.getByLabel('API 密钥').fill(apiKey);
      await page.locator('#key').blur();
      // The matters that this key may ask about.
      await page.locator('#matter-name', { hasText: '食品经营许可' }).waitFor();
      expect(await page.locator('#matters option').count()).toBe(2);
      expect(await page.locator('#matter').inputValue()).toBe('SPJY');
      await page.getByLabel('名称或姓名').first().fill(company.name);
      await page.getByLabel('统一社会信用代码').first().fill(company.usccCode);
      await act(page, '核查').first().click();
      const place = way === 'iframe' ? page.frameLocator('iframe') : page;
      await act(place, '采纳所选措施').waitFor();
      expect(await page.getByRole('button', { name: '办结' }).isDisabled()).toBe(true);
      // One prompt, not two.
      expect(await page.locator('#check').isVisible()).toBe(way === '组件');
      await picture(page, `simulator-${way}`);
      await act(place, '采纳所选措施').click();
      await page.getByText('可以办结').waitFor();
      await page.getByRole('button', { name: '办结' }).click();
      await page.getByText('已办结').waitFor();
    }
    expect(await windows.at(-1)?.accessibilityFaults()).toEqual([]);
    expect(await windows.at(-1)?.sideways()).toBe(0);
  });
});
