// What every test process begins with, as every running service does (validation.pipe.ts speaks Chinese for the whole process).
import 'reflect-metadata';
import { z } from 'zod';

z.config(z.locales.zhCN());
