import './simulator.css';
import type { AskedSubject, CreditCheck } from './credit-check.ts';

/** A page of an imagined approving system around the real component, as it is delivered. */
const roles = { applicant: '申请人', legal_rep: '法定代表人', shareholder: '股东', bidder: '投标人' } as const;
const byId = <Found extends HTMLElement>(id: string) => document.getElementById(id) as Found;

async function keyOf(): Promise<string | undefined> {
  const typed = byId<HTMLInputElement>('key').value.trim();
  if (typed !== '') return typed;
  const response = await fetch('/demo/credentials', { cache: 'no-store' });
  if (!response.ok) return undefined;
  return ((await response.json()) as { apiKeys: Record<string, string> }).apiKeys['WINDOW'];
}

function addSubject(role: keyof typeof roles): void {
  const row = document.createElement('div');
  row.className = 'subject';
  const choice = document.createElement('select');
  choice.name = 'role';
  for (const [code, title] of Object.entries(roles)) choice.append(new Option(title, code, code === role, code === role));
  row.append(choice);
  for (const [name, title] of [
    ['name', '名称或姓名'],
    ['usccCode', '统一社会信用代码'],
    ['idNo', '身份证号码'],
  ] as const) {
    const input = document.createElement('input');
    input.name = name;
    input.placeholder = title;
    input.setAttribute('aria-label', title);
    input.autocomplete = 'off';
    row.append(' ', input);
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

async function fillMatters(): Promise<void> {
  const key = await keyOf();
  const response = await fetch('/api/v1/matters?limit=200', { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } });
  if (!response.ok) return;
  const { data } = (await response.json()) as { data: { code: string; nameZh: string }[] };
  byId<HTMLSelectElement>('matter').replaceChildren(...data.map(({ code, nameZh }) => new Option(`${nameZh}（${code}）`, code)));
}

const component = '/embed/credit-check.js';
await import(/* @vite-ignore */ component);
const check = byId<CreditCheck>('check');
addSubject('applicant');
byId('add').addEventListener('click', () => addSubject('legal_rep'));
byId('key').addEventListener('change', () => void fillMatters());
byId('case').addEventListener('submit', async (event) => {
  event.preventDefault();
  const key = await keyOf();
  check.headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  check.setAttribute('matter', byId<HTMLSelectElement>('matter').value);
  const caseNo = byId<HTMLInputElement>('case-no').value.trim();
  if (caseNo === '') check.removeAttribute('case-no');
  else check.setAttribute('case-no', caseNo);
  byId('state').textContent = '须先处理全部限制类提示，方可办结';
  await check.check(subjectsOf());
});
check.addEventListener('credit-check-complete', () => {
  byId('state').textContent = '可以办结';
});
await fillMatters();
