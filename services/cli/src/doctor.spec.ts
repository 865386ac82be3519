import { describe, expect, test } from '@jest/globals';
import { bundleOf } from './doctor.bundle.ts';
import { checkCalendar, checkNode, diskCheck } from './doctor.machine.ts';
import { checkClock } from './doctor.server.ts';
import { textsOf } from './texts.ts';

const texts = textsOf('zh');
const gib = 1024 ** 3;

describe('the doctor', () => {
  test.each([
    ['20.20.2', 'FAULT'],
    ['22.11.0', 'FAULT'],
    ['22.12.0', 'WARNING'],
    ['24.21.0', 'OK'],
    ['26.0.0', 'WARNING'],
  ])('finds Node %s: %s', (version, state) => {
    expect(checkNode(version, texts).state).toBe(state);
  });

  test.each([
    [0.5, 'FAULT'],
    [3, 'WARNING'],
    [50, 'OK'],
  ])('finds %d GiB free: %s', (free, state) => {
    expect(diskCheck(free * gib, texts).state).toBe(state);
  });

  test.each([
    [0, 'OK'],
    [5, 'OK'],
    [20, 'WARNING'],
    [120, 'FAULT'],
    [-120, 'FAULT'],
  ])('finds a clock that is %d s away: %s', (seconds, state) => {
    const now = Date.parse('2026-11-23T00:00:00Z');
    expect(checkClock(new Date(now + seconds * 1000).toUTCString(), now, texts).state).toBe(state);
  });

  test('says that a year without its table of holidays counts deadlines provisionally', () => {
    expect(checkCalendar(new Date('2026-12-31T15:59:59Z'), texts).state).toBe('OK');
    expect(checkCalendar(new Date('2026-12-31T16:00:00Z'), texts)).toMatchObject({ state: 'WARNING', detail: '2027-01-01' });
  });

  test('every warning and fault has a cause and a remedy', () => {
    const found = [checkNode('18.0.0', texts), diskCheck(0, texts), checkClock(new Date(0).toUTCString(), Date.now(), texts)];
    for (const check of found) expect([check.cause, check.remedy].every((text) => (text ?? '').length > 3)).toBe(true);
  });

  test('writes diagnostics without secrets, subjects or the name of the account', () => {
    const bundle = bundleOf({
      checks: [
        {
          name: 'dataDir',
          state: 'FAULT',
          detail: '/home/zhangsan/.data',
          cause: 'EACCES /home/zhangsan/.data',
          remedy: 'chmod 700 /home/zhangsan/.data',
        },
      ],
      samples: [{ name: 'lx_parked_keys', labels: { service: 'monitoring' }, value: 1 }],
      parked: [
        {
          key: '01a2074b-0998-7507-83e7-9397bea6cff9',
          service: 'monitoring',
          severity: 'SEVERE',
          reason: '张三 320799199001010010',
          attempts: 2,
          events: 3,
          eventTypes: ['lianxin.list_entry.exited.v1'],
          parkedAt: '2026-11-23T00:00:00Z',
        },
      ],
      url: new URL('https://user:password@credit.example'),
      environment: { LIANXIN_KEY: 'lx_live_secret', HOME: '/home/zhangsan', LIANXIN_URL: 'https://user:password@credit.example' },
      home: '/home/zhangsan',
    });
    expect(bundle).not.toMatch(/zhangsan|张三|320799|password|lx_live|01a2074b/);
    expect(JSON.parse(bundle)).toMatchObject({
      settings: ['LIANXIN_KEY', 'LIANXIN_URL'],
      parked: [{ service: 'monitoring', severity: 'SEVERE', events: 3 }],
      checks: [{ detail: '~/.data' }],
    });
  });
});
