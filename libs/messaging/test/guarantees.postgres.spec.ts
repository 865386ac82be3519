import { describeGuarantees } from './guarantees.suite.ts';

describeGuarantees('postgres');
