import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BrokerPlace, brokerProperties, javaArguments } from './kafka.settings.ts';
import { findFreePorts } from './ports.ts';
import { ServerError } from './server.error.ts';
import { lastLines } from './server.log.ts';

const run = promisify(execFile);

/** What a Kafka cluster is for its whole life; kept in `cluster.json` of its data folder. */
export interface KafkaCluster {
  clusterId: string;
  brokers: BrokerPlace[];
}

function isCluster(value: unknown): value is KafkaCluster {
  return typeof value === 'object' && value !== null && 'clusterId' in value && 'brokers' in value && Array.isArray(value.brokers);
}

/** 16 random bytes; a leading "-" would look like an option on the command line. */
function newClusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
}

async function findCluster(file: string): Promise<KafkaCluster | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  if (isCluster(value)) return value;
  throw new ServerError(
    `${file} does not describe a Kafka cluster.`,
    'Put it back from a backup, or remove the data folder to begin with an empty log.',
  );
}

async function createCluster(count: number): Promise<KafkaCluster> {
  const ports = await findFreePorts(2 * count);
  const brokers = Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    port: ports[index] ?? 0,
    controllerPort: ports[count + index] ?? 0,
  }));
  return { clusterId: newClusterId(), brokers };
}

/**
 * The cluster of this data folder, made and recorded when there is none. `ports` (one for each broker) replace the recorded ones.
 * Throws a ServerError when the folder holds a cluster of another size.
 */
export async function getCluster(dataDir: string, count: number, ports: number[] | undefined): Promise<KafkaCluster> {
  const file = join(dataDir, 'cluster.json');
  const cluster = (await findCluster(file)) ?? (await createCluster(count));
  if (cluster.brokers.length !== count || (ports && ports.length !== count)) {
    throw new ServerError(
      `The Kafka data in ${dataDir} is of ${cluster.brokers.length} broker(s); asked for were ${count} with ${ports?.length ?? count} port(s).`,
      'Start it with as many as it has, or choose another data folder.',
    );
  }
  const placed = { ...cluster, brokers: cluster.brokers.map((broker, index) => ({ ...broker, port: ports?.[index] ?? broker.port })) };
  await writeFile(`${file}.unfinished`, JSON.stringify(placed, null, 2));
  await rename(`${file}.unfinished`, file);
  return placed;
}

/** What every broker of a cluster is run with. */
export interface KafkaProgram {
  java: string;
  classPath: string;
  heapMegabytes: number;
  settings: Record<string, string>;
}

/**
 * Writes a broker's settings and prepares its storage unless that was done before; gives the path of the settings file, by which the
 * process is known. The mark `formatted` is written last, so an interrupted preparation is simply done again.
 */
export async function prepareBroker(folder: string, broker: BrokerPlace, cluster: KafkaCluster, program: KafkaProgram): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'server.properties');
  const mark = join(folder, 'formatted');
  await writeFile(file, brokerProperties(broker, cluster.brokers, join(folder, 'data'), program.settings));
  if (await stat(mark).catch(() => undefined)) return file;
  const args = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', program.classPath, 'kafka.tools.StorageTool'];
  try {
    await run(program.java, [...args, 'format', '--cluster-id', cluster.clusterId, '--config', file, '--ignore-formatted']);
  } catch (error) {
    const said = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : String(error);
    throw new ServerError(
      `Kafka could not prepare its storage in ${folder}: ${lastLines(said)}`,
      'Check that the folder is writable and has free space.',
      {
        cause: error,
      },
    );
  }
  await writeFile(mark, cluster.clusterId);
  return file;
}

/** The command line of a broker after the name of the Java program. */
export function brokerArguments(program: KafkaProgram, settingsFile: string): string[] {
  return [...javaArguments(program.heapMegabytes, program.classPath), 'kafka.Kafka', settingsFile];
}
