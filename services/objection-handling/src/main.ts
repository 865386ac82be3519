import { runService } from '@lianxin/platform';
import { service } from './app.module.ts';

await runService(service);
