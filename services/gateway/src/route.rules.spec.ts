import { describe, expect, test } from '@jest/globals';
import { isPublic, isWindowCheck, routedServices, serviceNames, serviceOf } from './route.rules.ts';

describe('the way through the door', () => {
  test('leads each path to one service', () => {
    for (const service of serviceNames) {
      for (const segment of routedServices[service]) {
        expect(serviceOf(`/api/v1/${segment}`)).toBe(service);
        expect(serviceOf(`/api/v1/${segment}/018f?x=1`)).toBe(service);
      }
    }
    const segments = serviceNames.flatMap((service) => [...routedServices[service]]);
    expect(new Set(segments).size).toBe(segments.length);
  });

  test.each([
    '/api/v1',
    '/api/v1/',
    '/api/v1/nothing',
    '/api/v1/parked',
    '/api/v2/tasks',
    '/metrics',
    '/api/v1/tasksx',
    '/api/v1/constructor',
    '/api/v1/tasks/../../metrics',
    '/api/v1/tasks/%2e%2e/x',
    '/api/v1/tasks/%2E./x',
    '/api/v1/tasks/..%2fx',
    '/api/v1/tasks/..%5cx',
    '/api/v1/tasks/./x',
    '/api/v1/tasks/%',
    '/api/v1/tasks/%ff',
  ])('leads %s nowhere', (url) => {
    expect(serviceOf(url)).toBeUndefined();
  });

  test.each([
    ['/api/v1/subjects/018f/timeline', 'objection-handling'],
    ['/api/v1/subjects/018f/timeline?asOf=2026-06-30', 'objection-handling'],
    ['/api/v1/subjects/018f/timeline/export', 'objection-handling'],
    ['/api/v1/subjects/018f/events/018e/causes', 'objection-handling'],
    ['/api/v1/subjects/018f', 'list-matching'],
    ['/api/v1/subjects/018f/reveal', 'list-matching'],
    ['/api/v1/subjects/timeline', 'list-matching'],
    ['/api/v1/subjects/018f/constructor', 'list-matching'],
  ])('leads %s to %s', (url, service) => {
    expect(serviceOf(url)).toBe(service);
  });

  test('minds only folders, not dots in names', () => {
    expect(serviceOf('/api/v1/files/report..pdf')).toBe('execution-feedback');
  });

  test.each(['/api/v1/public/list-entries?usccCode=1', '/api/v1/public/subjects/1'])('needs no key for %s', (url) => {
    expect(isPublic(url)).toBe(true);
  });

  test.each([
    '/api/v1/public',
    '/api/v1/publicx/list-entries',
    '/api/v1/%70ublic/list-entries',
    '/api/v1/public/../list-entries',
    '/api/v1/public/%2e%2e/list-entries',
    '/api/v1/public/..%2flist-entries',
    '/api/v1//public/list-entries',
    '/api/v1/list-entries?x=/public/',
    '/api/v1/list-entries',
  ])('asks for a key at %s', (url) => {
    expect(isPublic(url)).toBe(false);
  });
});

test('parts of the public face are answered by the service that owns them, everything else by list-matching', () => {
  expect(serviceOf('/api/v1/public/repair-certificates/ABC')).toBe('credit-repair');
  expect(serviceOf('/api/v1/public/repair-eligibility?usccCode=x')).toBe('credit-repair');
  expect(serviceOf('/api/v1/public/list-entries')).toBe('list-matching');
  expect(serviceOf('/api/v1/public/constructor')).toBe('list-matching');
  expect(serviceOf('/api/v1/repairs/1/checklist')).toBe('credit-repair');
});

test.each([
  ['POST', '/api/v1/checks', true],
  ['POST', '/api/v1/checks?x=1', true],
  ['GET', '/api/v1/checks', false],
  ['POST', '/api/v1/checks/018f/feedback', false],
  ['POST', '/api/v1/tasks', false],
  ['POST', '/api/v1/check-incidents', false],
])('%s %s asks what applies at a window: %s', (method, url, asks) => expect(isWindowCheck(method, url)).toBe(asks));
