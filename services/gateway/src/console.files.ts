import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Where services/console puts what it builds. */
const builtConsole = fileURLToPath(new URL('../../console/dist', import.meta.url));
const yearSeconds = 365 * 24 * 60 * 60;

/**
 * The console at `/`. Files under `assets/` carry a hash in their name and are kept for ever, the page itself is asked for anew each time. A console that is
 * built again while the gateway runs is served as it is then.
 * @param folder as built; what services/console builds when left out.
 * @param embedOrigins who may frame the window prompt, beside our own pages.
 */
export async function serveConsole(fastify: FastifyInstance, folder = builtConsole, embedOrigins: readonly string[] = []): Promise<void> {
  await fastify.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    index: false,
    // The folder may come later.
    suppressWarning: true,
    preCompressed: true,
    decorateReply: false,
    cacheControl: false,
    setHeaders: (reply) => void reply.header('Cache-Control', `public, max-age=${yearSeconds}, immutable`),
  });
  for (const { path, name, type, anyOrigin, framed } of pages) {
    fastify.get(path, async (_request, reply) => {
      const content = await readFile(join(folder, name)).catch(() => undefined);
      if (content === undefined) return reply.code(503).type(html).send(notBuilt);
      if (anyOrigin === true) void reply.header('Cross-Origin-Resource-Policy', 'cross-origin');
      if (framed === true) letFrame(reply, embedOrigins);
      return reply.header('Cache-Control', 'no-cache').type(type).send(content);
    });
  }
}

/** Its policy names who may frame it; the older header knows no list and gives way. */
function letFrame(reply: FastifyReply, origins: readonly string[]): void {
  const policy = String(reply.getHeader('content-security-policy') ?? '');
  const framed = policy.replace("frame-ancestors 'none'", `frame-ancestors ${["'self'", ...origins].join(' ')}`);
  void reply.removeHeader('x-frame-options').header('content-security-policy', framed);
}

const html = 'text/html; charset=utf-8';
const pages: readonly { path: string; name: string; type: string; anyOrigin?: boolean; framed?: boolean }[] = [
  { path: '/', name: 'index.html', type: html },
  { path: '/simulator', name: 'simulator.html', type: html },
  { path: '/embed/frame', name: 'frame.html', type: html, framed: true },
  { path: '/favicon.svg', name: 'favicon.svg', type: 'image/svg+xml' },
  // For the screens of others: the one file that a page of another origin may load.
  { path: '/embed/credit-check.js', name: 'credit-check.js', type: 'text/javascript; charset=utf-8', anyOrigin: true },
];

const notBuilt = `<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>联信</title></head>
<body>
<h1>页面尚未构建</h1>
<p>请运行 <code>npm start</code>，或运行 <code>npm run build -w services/console</code> 后刷新本页。</p>
<p>接口文档见 <a href="/docs">/docs</a>。</p>
</body>
</html>
`;
