import { describeRoad } from './road.suite.ts';

describeRoad('distributed');
