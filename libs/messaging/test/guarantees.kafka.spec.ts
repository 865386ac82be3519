import { describeGuarantees } from './guarantees.suite.ts';

describeGuarantees('kafka', false);
describeGuarantees('kafka', true);
