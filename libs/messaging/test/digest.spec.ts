import { describeDigests } from './digest.suite.ts';

describeDigests('postgres');
describeDigests('kafka');
