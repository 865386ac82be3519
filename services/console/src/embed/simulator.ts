import './simulator.css';
import type { AskedSubject, CreditCheck } from './credit-check.ts';

/** A page of an imagined approving system around the real component and the real frame, as they are delivered. */
const roles = { applicant: '申请人', legal_rep: '法定代表人', shareholder: '股东', bidder: '投标人' } as const;
const fields = [
  ['name', '名称或姓名'],
  ['usccCode', '统一社会信用代码'],
  ['idNo', '身份证号码'],
] as const;
const states = { waiting: '须先处理全部限制类提示，方可办结', ready: '可以办结', finished: '已办结' } as const;
const byId = <Found extends HTMLElement>(id: string) => document.getElementById(id) as Found;
const names = new Map<string, string>();

async function keyOf(): Promise<string | undefined> {
  const typed = byId<HTMLInputElement>('key').value.trim();
  if (typed !== '') return typed;
  const response = await fetch('/demo/credentials', { cache: 'no-store' });
  if (!response.ok) return undefined;
  return ((await response.json()) as { apiKeys: Record<string, string> }).apiKeys['WINDOW'];
}

async function headersOf(): Promise<Record<string, string>> {
  const key = await keyOf();
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

function addSubject(role: keyof typeof roles): void {
  const row = document.createElement('div');
  row.className = 'subject';
  const choice = document.createElement('select');
  choice.name = 'role';
  choice.setAttribute('aria-label', '角色');
  for (const [code, title] of Object.entries(roles)) choice.append(new Option(title, code, code === role, code === role));
  row.append(choice);
  for (const [name, title] of fields) {
    const input = document.createElement('input');
    input.name = name;
    input.placeholder = title;
    input.setAttribute('aria-label', title);
    input.autocomplete = 'off';
    row.append(input);
  }
  byId('subjects').append(row);
}

function subjectsOf(): AskedSubject[] {
  return [...document.querySelectorAll('.subject')].map((row) =>
    Object.fromEntries(
      [...row.querySelectorAll<HTMLInputElement | HTMLSelectElement>('[name]')].flatMap((field) => {
        const value = field.value.trim();
        return value === '' ? [] : [[field.name, value]];
      }),
    ),
  );
}

/** The matters that can be named; without the list a code is typed. */
async function fillMatters(): Promise<void> {
  const response = await fetch('/api/v1/checks/matters', { headers: await headersOf() });
  if (!response.ok) return;
  const { data } = (await response.json()) as { data: { code: string; nameZh: string }[] };
  for (const { code, nameZh } of data) names.set(code, nameZh);
  byId('matters').replaceChildren(...data.map(({ code, nameZh }) => new Option(nameZh, code)));
  const matter = byId<HTMLInputElement>('matter');
  if (matter.value === '') matter.value = data[0]?.code ?? '';
  nameMatter();
}

function nameMatter(): void {
  byId('matter-name').textContent = names.get(byId<HTMLInputElement>('matter').value) ?? '';
}

function showState(state: keyof typeof states): void {
  byId('state').textContent = states[state];
  byId<HTMLButtonElement>('finish').disabled = state !== 'ready';
}

/** A frame that stands already, or a new one once it listens. */
async function frameReady(): Promise<HTMLIFrameElement> {
  const standing = byId('frame-place').querySelector('iframe');
  if (standing !== null) return standing;
  const frame = document.createElement('iframe');
  frame.title = '核查提示';
  frame.src = '/embed/frame';
  const ready = new Promise<void>((resolve) => {
    window.addEventListener('message', ({ source, data }) => {
      if (source === frame.contentWindow && data.type === 'lianxin:ready') resolve();
    });
  });
  byId('frame-place').append(frame);
  await ready;
  return frame;
}

window.addEventListener('message', ({ origin, data }) => {
  const frame = byId('frame-place').querySelector('iframe');
  if (frame === null || origin !== window.location.origin) return;
  if (data.type === 'lianxin:height') frame.style.height = `${data.height}px`;
  if (data.type === 'lianxin:answer') showState('waiting');
  if (data.type === 'lianxin:complete') showState('ready');
});

async function ask(): Promise<void> {
  const matter = byId<HTMLInputElement>('matter').value.trim();
  const caseNo = byId<HTMLInputElement>('case-no').value.trim();
  const headers = await headersOf();
  showState('waiting');
  const isFramed = document.querySelector<HTMLInputElement>('[name=way]:checked')?.value === 'frame';
  check.hidden = isFramed;
  byId('frame-place').hidden = !isFramed;
  if (isFramed) {
    const frame = await frameReady();
    const message = { type: 'lianxin:check', matter, subjects: subjectsOf(), headers, ...(caseNo === '' ? {} : { caseNo }) };
    frame.contentWindow?.postMessage(message, window.location.origin);
    return;
  }
  check.headers = headers;
  check.setAttribute('matter', matter);
  if (caseNo === '') check.removeAttribute('case-no');
  else check.setAttribute('case-no', caseNo);
  await check.check(subjectsOf());
}

const component = '/embed/credit-check.js';
await import(/* @vite-ignore */ component);
const check = byId<CreditCheck>('check');
addSubject('applicant');
byId('add').addEventListener('click', () => addSubject('legal_rep'));
byId('key').addEventListener('change', () => void fillMatters());
byId('matter').addEventListener('input', nameMatter);
byId('finish').addEventListener('click', () => showState('finished'));
byId('case').addEventListener('submit', (event) => {
  event.preventDefault();
  void ask();
});
check.addEventListener('credit-check-answer', () => showState(check.complete ? 'ready' : 'waiting'));
check.addEventListener('credit-check-complete', () => showState('ready'));
await fillMatters();
