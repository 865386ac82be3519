import { describePlanConsumer } from './plan-consumer.suite.ts';

describePlanConsumer('postgres');
