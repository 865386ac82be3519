import { messagingConfigSchema } from '@lianxin/messaging';
import type { z } from 'zod';

/** This service needs no setting of its own. */
export const configSchema = messagingConfigSchema;
export type Config = z.infer<typeof configSchema>;
