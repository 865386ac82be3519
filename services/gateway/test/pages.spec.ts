import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { problems } from '@lianxin/contracts';
import { serviceNames } from '../src/route.rules.ts';
import { GatewayCity } from './gateway.city.ts';

let city: GatewayCity;

beforeAll(async () => {
  city = await GatewayCity.create();
});
afterAll(() => city.close());

interface Document {
  readonly openapi: string;
  readonly info: { title: string; version: string };
  readonly paths: Record<string, Record<string, { operationId: string; parameters?: { name: string; in: string }[]; responses: object }>>;
  readonly components: Record<string, Record<string, unknown>>;
}

describe('the API document', () => {
  test('is one for all services, of OpenAPI 3.1, without a loose end', async () => {
    const { body: document, status } = await city.call<Document>(undefined, 'GET', '/openapi.json');
    expect(status).toBe(200);
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/api/v1/tasks',
        '/api/v1/list-entries',
        '/api/v1/measures',
        '/api/v1/stats',
        '/api/v1/api-clients',
        '/api/v1/parked',
      ]),
    );
    for (const path of Object.keys(document.paths)) expect(path).toMatch(/^\/api\/v1\//);
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, operation })),
    );
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name);
      expect(declared.sort()).toEqual(inPath.sort());
      expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
    }
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/([^/]+)\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(0);
    for (const [, kind = '', name = ''] of references) expect(document.components[kind]?.[name]).toBeDefined();
  });

  test('keeps apart what services call by the same name, and says once what is the same', async () => {
    const { body: document } = await city.call<Document>(undefined, 'GET', '/openapi.json');
    const names = Object.keys(document.components['schemas'] ?? {});
    expect(names.filter((name) => name.endsWith('SameEverywhere'))).toEqual(['SameEverywhere']);
    expect(names.filter((name) => name.endsWith('DifferentInEach'))).toHaveLength(serviceNames.length);
    const own = JSON.stringify(document.paths['/api/v1/tasks/{id}/start']);
    const schema = /#\/components\/schemas\/(\w*DifferentInEach)/.exec(own)?.[1] ?? '';
    expect(JSON.stringify(document.components['schemas']?.[schema])).toContain('execution-feedback');
  });
});

describe('the pages', () => {
  test('of the documentation load from this host alone, and the browser is told to refuse anything else', async () => {
    const page = await city.call<string>(undefined, 'GET', '/docs');
    expect(page.status).toBe(200);
    const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources) {
      expect(source).toMatch(/^\/[^/]/);
      expect([source, (await city.call(undefined, 'GET', source)).status]).toEqual([source, 200]);
    }
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(page.headers.get('content-security-policy')).not.toMatch(/https?:/);
    expect((await city.call<string>(undefined, 'GET', '/docs/start.js')).body).toContain('validatorUrl: null');
    const style = await city.call<string>(undefined, 'GET', '/docs/swagger-ui.css');
    expect(style.body).not.toMatch(/@import|url\(\s*["']?(?:https?:)?\/\//);
    expect((await city.call(undefined, 'GET', '/docs/')).headers.get('location')).toBe('/docs');
    expect((await city.call(undefined, 'GET', '/docs/package.json')).status).toBe(404);
  });

  test('explain every problem, in Chinese or English, with what to do', async () => {
    for (const code of Object.keys(problems) as (keyof typeof problems)[]) {
      const path = `/problems/${code.toLowerCase().replaceAll('_', '-')}`;
      const chinese = await city.call<string>(undefined, 'GET', path);
      expect([path, chinese.status]).toEqual([path, 200]);
      expect(chinese.body).toContain('如何解决');
      expect(chinese.body).toContain(code);
    }
    const english = await city.call<string>(undefined, 'GET', '/problems/rate-limited', undefined, { 'accept-language': 'en-GB' });
    expect(english.body).toContain('Too many requests');
    expect((await city.call(undefined, 'GET', '/problems/no-such')).status).toBe(404);
  });

  test('tell which version runs', async () => {
    const answer = await city.call(city.adminKey, 'GET', '/api/v1/meta');
    expect(answer.body).toEqual({
      name: 'lianxin',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      commit: null,
      mode: 'production',
      api: 'v1',
    });
  });
});
