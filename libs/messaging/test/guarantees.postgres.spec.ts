import { describeGuarantees } from './guarantees.suite.ts';

describeGuarantees('postgres', false);
describeGuarantees('postgres', true);
