import { createServer, type Server } from 'node:http';

/** What `approvalPage` shows: the component, or the frame. */
export type Embedding = 'component' | 'frame' | 'frame with relay';

/**
 * An approving system of another origin with a prompt in its page, as such a system would build it: its own server passes the component's calls on with its API key. It
 * can be told to be slow or to fail on the way.
 */
export class ApprovalSystem {
  private server: Server | undefined;
  /** Calls that reached it, by method and path. */
  readonly calls: string[] = [];
  readonly keys: string[] = [];
  readonly bodies: string[] = [];
  /** While true every call on the way to the gateway is dropped. */
  isCut = false;
  url = '';

  constructor(
    private gatewayUrl: string,
    private apiKey: string,
  ) {}

  /** Names the gateway and the key, where they are known only after this page has an address. */
  serve(gatewayUrl: string, apiKey: string): void {
    this.gatewayUrl = gatewayUrl;
    this.apiKey = apiKey;
  }

  async open(): Promise<void> {
    this.server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', this.url);
      if (url.pathname === '/') {
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.end(pageOf(this.gatewayUrl, url.searchParams));
        return;
      }
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        this.calls.push(`${request.method} ${url.pathname}`);
        this.bodies.push(Buffer.concat(pieces).toString('utf8'));
        const key = request.headers['idempotency-key'];
        if (typeof key === 'string') this.keys.push(key);
        if (this.isCut) {
          request.socket.destroy();
          return;
        }
        void fetch(`${this.gatewayUrl}/api/v1${url.pathname}`, {
          method: request.method ?? 'GET',
          headers: {
            authorization: `Bearer ${this.apiKey}`,
            ...(pieces.length === 0 ? {} : { 'content-type': 'application/json' }),
            ...(typeof key === 'string' ? { 'idempotency-key': key } : {}),
          },
          ...(pieces.length === 0 ? {} : { body: Buffer.concat(pieces).toString('utf8') }),
        }).then(async (answer) => {
          response.statusCode = answer.status;
          response.setHeader('content-type', 'application/json');
          response.end(await answer.text());
        });
      });
    });
    const { server } = this;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.url = `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** Address of a page that asks about these subjects. */
  pageFor(subjects: readonly object[], options: { caseNo?: string; lang?: string; embedding?: Embedding } = {}): string {
    const asked = { subjects: JSON.stringify(subjects), caseNo: options.caseNo ?? '', lang: options.lang ?? 'zh' };
    return `${this.url}/?${new URLSearchParams({ ...asked, embedding: options.embedding ?? 'component' })}`;
  }
}

function pageOf(gatewayUrl: string, asked: URLSearchParams): string {
  const embedding = asked.get('embedding') as Embedding;
  const values = JSON.stringify({
    subjects: JSON.parse(asked.get('subjects') ?? '[]'),
    caseNo: asked.get('caseNo'),
    lang: asked.get('lang'),
  });
  const head = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>审批系统</title></head><body><main><h1>食品经营许可办件</h1>
<p id="events"></p><script>window.heard = []; const asked = ${values.replaceAll('<', '\\u003c')};</script>`;
  const foot = '</main></body></html>';
  if (embedding === 'component')
    return `${head}<script src="${gatewayUrl}/embed/credit-check.js"></script>
<credit-check id="check" matter="SPJY" endpoint="/checks" timeout-ms="5000" retry-ms="300"></credit-check><script>
const check = document.getElementById('check');
check.setAttribute('lang', asked.lang);
if (asked.caseNo !== '') check.setAttribute('case-no', asked.caseNo);
for (const name of ['answer', 'decided', 'complete']) check.addEventListener('credit-check-' + name, () => window.heard.push(name));
check.subjects = asked.subjects;
</script>${foot}`;
  return `${head}<iframe id="frame" title="核查提示" style="width:100%;height:200px;border:0" src="${gatewayUrl}/embed/frame"></iframe><script>
const origin = ${JSON.stringify(gatewayUrl)};
const frame = document.getElementById('frame');
const post = (message) => frame.contentWindow.postMessage(message, origin);
window.addEventListener('message', async ({ source, origin: from, data }) => {
  if (source !== frame.contentWindow || from !== origin) return;
  window.heard.push(data.type.replace('lianxin:', ''));
  if (data.type === 'lianxin:ready')
    post({ type: 'lianxin:check', matter: 'SPJY', subjects: asked.subjects, lang: asked.lang, relay: true, ...(asked.caseNo === '' ? {} : { caseNo: asked.caseNo }) });
  if (data.type === 'lianxin:height') frame.style.height = data.height + 'px';
  if (data.type === 'lianxin:request') {
    const headers = { 'content-type': 'application/json', ...(data.key === undefined ? {} : { 'idempotency-key': data.key }) };
    const answer = await fetch('/checks' + data.path, { method: data.method, ...(data.body === undefined ? {} : { headers, body: JSON.stringify(data.body) }) })
      .catch(() => undefined);
    post({ type: 'lianxin:response', id: data.id, status: answer?.status ?? 0, body: await answer?.json() });
  }
});
</script>${foot}`;
}
