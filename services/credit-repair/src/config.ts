import { messagingConfigSchema } from '@lianxin/messaging';
import type { z } from 'zod';

/** Settings of this service are added here with `.extend({ LIANXIN_…: … })`, each with a comment and a default or none. */
export const configSchema = messagingConfigSchema;
export type Config = z.infer<typeof configSchema>;
