import { messagingConfigSchema } from '@lianxin/messaging';
import type { z } from 'zod';

/** Settings of this service: those of every service. Terms of §5.5 are parameters (terms.ts). */
export const configSchema = messagingConfigSchema;
export type Config = z.infer<typeof configSchema>;
