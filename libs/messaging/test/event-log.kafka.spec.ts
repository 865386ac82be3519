import { randomBytes } from 'node:crypto';
import { KafkaLog } from '@lianxin/messaging';
import { createLogger } from '@lianxin/platform';
import { testServer } from '@lianxin/testing';
import { describeEventLog } from '@lianxin/testing/conformance';

describeEventLog('Kafka', async () => {
  const prefix = `test-${randomBytes(6).toString('hex')}.`;
  const open = () => new KafkaLog(testServer('KAFKA').split(','), 'test', createLogger('test', 'silent'), prefix);
  const log = open();
  const other = open();
  return {
    log,
    other,
    close: async () => {
      await log.close();
      await other.close();
    },
  };
});
