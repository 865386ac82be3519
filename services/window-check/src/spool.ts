import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckRequest } from '@lianxin/contracts';
import { PersonalData, ServiceContext } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';

/** A check that was answered "registered": what was asked, by whom, when. */
export interface SpooledCheck {
  readonly id: string;
  readonly request: CheckRequest;
  readonly principalId: string;
  readonly departmentCode: string;
  readonly askedAt: string;
}

const spooledSchema = z.object({
  id: z.uuid(),
  request: z.unknown(),
  principalId: z.string(),
  departmentCode: z.string(),
  askedAt: z.string(),
});

/** Checks that could not be recorded while the database was down or too slow: one sealed file each, durable before the clerk is told. */
@Injectable()
export class CheckSpool {
  private readonly folder: string;

  constructor(
    context: ServiceContext,
    private readonly personalData: PersonalData,
  ) {
    this.folder = join(context.config.LIANXIN_FILES_DIR, 'window-checks');
  }

  async add(check: SpooledCheck): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const path = join(this.folder, `${check.id}.sealed`);
    const file = await open(`${path}.incoming`, 'w', 0o600);
    try {
      await file.writeFile(this.personalData.seal({ name: JSON.stringify(check), idType: 'CHECK', idNumber: check.id }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.incoming`, path);
  }

  /** Oldest first. */
  async list(): Promise<string[]> {
    try {
      const names = await readdir(this.folder);
      return names.flatMap((name) => (name.endsWith('.sealed') ? [name.slice(0, -'.sealed'.length)] : [])).sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** Undefined when another process of this service has taken it meanwhile. */
  async read(id: string): Promise<SpooledCheck | undefined> {
    try {
      const { name } = this.personalData.open(await readFile(join(this.folder, `${id}.sealed`), 'utf8'));
      return spooledSchema.parse(JSON.parse(name)) as SpooledCheck;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    await rm(join(this.folder, `${id}.sealed`), { force: true });
  }
}
