import { describe, expect, test } from '@jest/globals';
import { routedServices, serviceNames, serviceOf } from './route.rules.ts';

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

  test('minds only folders, not dots in names', () => {
    expect(serviceOf('/api/v1/files/report..pdf')).toBe('execution-feedback');
  });
});
