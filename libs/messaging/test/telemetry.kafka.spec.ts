import { describeTelemetry } from './telemetry.suite.ts';

describeTelemetry('kafka');
