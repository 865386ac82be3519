import { describeRoad } from './road.suite.ts';

// Run by `npm run test:compose`, where a container engine is: building the images takes minutes.
describeRoad('compose');
