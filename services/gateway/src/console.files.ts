import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Where services/console puts what it builds. */
const builtConsole = fileURLToPath(new URL('../../console/dist', import.meta.url));
const yearSeconds = 365 * 24 * 60 * 60;

/**
 * The console at `/`. Files under `assets/` carry a hash in their name and are kept for ever, the page itself is asked for anew each time.
 * @param folder as built; what services/console builds when left out.
 */
export async function serveConsole(fastify: FastifyInstance, folder = builtConsole): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) {
    fastify.get('/', async (_request, reply) => reply.code(503).type('text/html; charset=utf-8').send(notBuilt));
    return;
  }
  await fastify.register(fastifyStatic, {
    root: folder,
    // One route for each file: what is not there stays a problem with its code, as everywhere.
    wildcard: false,
    decorateReply: false,
    preCompressed: true,
    globIgnore: ['**/*.gz'],
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = dirname(path) === join(folder, 'assets');
      void reply.header('Cache-Control', isHashed ? `public, max-age=${yearSeconds}, immutable` : 'no-cache');
    },
  });
}

const notBuilt = `<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>联信</title></head>
<body>
<h1>页面尚未构建</h1>
<p>请运行 <code>npm start</code>，或先运行 <code>npm run build -w services/console</code> 再启动网关。</p>
<p>接口文档见 <a href="/docs">/docs</a>。</p>
</body>
</html>
`;
