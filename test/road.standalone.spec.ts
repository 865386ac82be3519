/** @own-process: its subjects and documents are numbered from one, so that the tables of all ways to run can be compared. */
import { describeRoad } from './road.suite.ts';

describeRoad('standalone');
