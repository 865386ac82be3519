import './frame.css';
import './credit-check.ts';
import type { CheckAnswer } from '@lianxin/contracts';
import type { AskedSubject, CreditCheck } from './credit-check.ts';
import { newKey, type Transport } from './transport.ts';

/**
 * The prompt as an iframe: for screens that load no foreign script (product §B.9). Who may frame it stands in the gateway's `LIANXIN_EMBED_ORIGINS`; it listens to the
 * page around it and to nobody else, and answers that page's origin only.
 *
 * In:  `lianxin:check` {matter, caseNo?, subjects, lang?, headers?, relay?}, `lianxin:response` {id, status, body}
 * Out: `lianxin:ready`, `lianxin:height` {height}, `lianxin:answer` / `lianxin:decided` / `lianxin:complete` {answer},
 *      and with `relay` `lianxin:request` {id, method, path, body?, key?}: the page's own server calls, so that no key is in the browser.
 */
interface Asked {
  readonly type: 'lianxin:check';
  readonly matter: string;
  readonly caseNo?: string;
  readonly subjects: readonly AskedSubject[];
  readonly lang?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly relay?: boolean;
}
interface Responded {
  readonly type: 'lianxin:response';
  readonly id: string;
  readonly status: number;
  readonly body: unknown;
}

const check = document.querySelector('credit-check') as CreditCheck;
const direct = check.transport;
const open = new Map<string, (reply: { status: number; body: unknown }) => void>();
/** Origin of the page around; known from its first question. */
let host: string | undefined;

function tell(message: { readonly type: string; readonly [field: string]: unknown }): void {
  if (host !== undefined) window.parent.postMessage(message, host);
}

/** The page around makes the call. What it does not answer in time is away. */
const relayed: Transport = ({ timeoutMs, ...call }) =>
  new Promise((resolve) => {
    const id = newKey();
    const settle = (reply: { status: number; body: unknown }) => {
      clearTimeout(timer);
      open.delete(id);
      resolve(reply);
    };
    const timer = setTimeout(() => settle({ status: 0, body: undefined }), timeoutMs);
    open.set(id, settle);
    tell({ type: 'lianxin:request', id, ...call });
  });

function isMessage(data: unknown): data is Asked | Responded {
  if (typeof data !== 'object' || data === null || !('type' in data)) return false;
  if (data.type === 'lianxin:response') return 'id' in data && 'status' in data && typeof data.status === 'number';
  return (
    data.type === 'lianxin:check' &&
    'matter' in data &&
    typeof data.matter === 'string' &&
    'subjects' in data &&
    Array.isArray(data.subjects)
  );
}

window.addEventListener('message', ({ source, origin, data }: MessageEvent<unknown>) => {
  if (source !== window.parent || (host !== undefined && origin !== host) || !isMessage(data)) return;
  if (data.type === 'lianxin:response') {
    open.get(data.id)?.({ status: data.status, body: data.body });
    return;
  }
  host = origin;
  check.transport = data.relay === true ? relayed : direct;
  check.headers = data.headers ?? {};
  check.setAttribute('lang', data.lang ?? 'zh');
  document.documentElement.lang = data.lang?.startsWith('en') === true ? 'en' : 'zh-CN';
  check.setAttribute('matter', data.matter);
  if (data.caseNo === undefined) check.removeAttribute('case-no');
  else check.setAttribute('case-no', data.caseNo);
  void check.check(data.subjects);
});

for (const name of ['answer', 'decided', 'complete'])
  check.addEventListener(`credit-check-${name}`, (event) =>
    tell({ type: `lianxin:${name}`, answer: (event as CustomEvent<CheckAnswer>).detail }),
  );
new ResizeObserver(() =>
  tell({ type: 'lianxin:height', height: Math.ceil(document.documentElement.getBoundingClientRect().height) }),
).observe(document.documentElement);
// To whoever frames it, which the browser has let in: says nothing of anybody.
window.parent.postMessage({ type: 'lianxin:ready' }, '*');
