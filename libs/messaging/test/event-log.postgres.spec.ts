import { PostgresLog } from '@lianxin/messaging';
import { createLogger } from '@lianxin/platform';
import { TestCity } from '@lianxin/testing';
import { describeEventLog } from '@lianxin/testing/conformance';

describeEventLog('PostgreSQL', async () => {
  const city = await TestCity.create('postgres', []);
  const open = () =>
    new PostgresLog(
      city.environment['LIANXIN_EVENT_LOG_URL'] ?? '',
      city.environment['LIANXIN_EVENT_LOG_SECRET'] ?? '',
      createLogger('test', 'silent'),
    );
  const log = open();
  const other = open();
  return {
    log,
    other,
    close: async () => {
      await log.close();
      await other.close();
      await city.close();
    },
  };
});
