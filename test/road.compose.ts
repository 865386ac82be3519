/** @own-process: its subjects and documents are numbered from one, so that the tables of all ways to run can be compared. */
import { describeRoad } from './road.suite.ts';

// Run by `npm run test:compose`, where a container engine is: building the images takes minutes.
describeRoad('compose');
