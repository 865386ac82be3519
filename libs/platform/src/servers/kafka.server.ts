import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { claimFolder } from './folder.owner.ts';
import { requireJava } from './java.ts';
import { brokerArguments, getCluster, type KafkaCluster, type KafkaProgram, prepareBroker } from './kafka.cluster.ts';
import type { BrokerPlace } from './kafka.settings.ts';
import { fetchOnce } from './maven.ts';
import { isPortFree } from './ports.ts';
import { endProcess, findProcesses } from './process.identity.ts';
import { ServerError } from './server.error.ts';
import { EndedTooEarly, type ServerExit, ServerProcess } from './server.process.ts';
import { retryWhile } from './waiting.ts';

const VERSION = '4.1.0';
const STOP_TIMEOUT_MS = 15_000;
const START_LIMITS = { tries: 10, intervalMs: 500 };

/** What `startKafka` needs to know. */
export interface KafkaOptions {
  /** Everything of this cluster lives here: data, settings, logs, ports. Created when missing. */
  dataDir: string;
  /** Where fetched programs are kept, shared by all clusters; Kafka's jars go to its sub-folder `kafka-4.1.0`. */
  cacheDir: string;
  /** Three survive the death of one without losing or refusing anything. Fixed for the life of the data folder. */
  brokers: 1 | 3;
  heapMegabytes?: number;
  /** One for each broker; without it free ones are chosen once and kept for the life of the data folder. */
  ports?: number[];
  /** The Java program (17 or newer); "java" by default. */
  javaCommand?: string;
  /** Broker settings over those of the house (kafka.settings.ts). */
  settings?: Record<string, string>;
}

/** One broker; `kill` and `start` are for fault tests and supervision. */
export interface KafkaBroker {
  readonly name: string;
  readonly id: number;
  readonly port: number;
  readonly pid: number;
  readonly isRunning: boolean;
  readonly exited: Promise<ServerExit>;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same data and port after a crash; does nothing when it runs. */
  start(): Promise<void>;
}

/** A running cluster. */
export interface KafkaServer {
  /** "127.0.0.1:port" of every broker. */
  readonly bootstrapServers: string[];
  readonly brokers: KafkaBroker[];
  /** Ends all brokers and gives the data folder up. */
  stop(): Promise<void>;
}

/** Fetches Kafka's jars if they are missing and gives the Java class path. */
export async function fetchKafka(cacheDir: string): Promise<string> {
  const folder = join(cacheDir, `kafka-${VERSION}`);
  // Without slf4j-simple Kafka would log nothing, and nothing would say that it has started.
  const artifacts = [`org.apache.kafka:kafka_2.13:${VERSION}`, 'org.slf4j:slf4j-simple:1.7.36'];
  await fetchOnce(cacheDir, { name: `Kafka ${VERSION}`, folder, artifacts });
  return join(folder, '*');
}

/** A port of the broker is held by something else, perhaps only for a moment more. */
class PortTaken extends ServerError {}

async function requirePorts(broker: BrokerPlace): Promise<void> {
  for (const port of [broker.port, broker.controllerPort]) {
    if (await isPortFree(port)) continue;
    throw new PortTaken(`Port ${port} of Kafka broker ${broker.id} is taken.`, 'End the program that holds it.');
  }
}

async function prepare(dataDir: string, place: BrokerPlace, cluster: KafkaCluster, program: KafkaProgram) {
  const folder = join(dataDir, `broker-${place.id}`);
  const logFile = join(folder, 'server.log');
  const settingsFile = await prepareBroker(folder, place, cluster, program);
  const server = new ServerProcess({
    name: `Kafka broker ${place.id}`,
    command: program.java,
    args: brokerArguments(program, settingsFile),
    cwd: folder,
    logFile,
    isReady: (log) => log.includes('Kafka Server started'),
    readyTimeoutMs: 120_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: STOP_TIMEOUT_MS,
  });
  const once = async (): Promise<void> => {
    await stopOrphans(settingsFile);
    // Before the launch: Kafka writes to its log before it opens its ports, and two brokers on one folder destroy it.
    await requirePorts(place);
    await server.start();
  };
  const start = async (): Promise<void> => {
    if (server.isRunning) return;
    await retryWhile(once, (error) => error instanceof PortTaken, START_LIMITS).catch((error) => {
      if (!(error instanceof EndedTooEarly)) throw error;
      throw new ServerError(error.message, `The whole log is in ${logFile}.`, { cause: error });
    });
  };
  const broker: KafkaBroker = {
    name: server.launch.name,
    id: place.id,
    port: place.port,
    get pid() {
      return server.pid;
    },
    get isRunning() {
      return server.isRunning;
    },
    get exited() {
      return server.exited;
    },
    kill: (signal) => server.kill(signal),
    start,
  };
  return { server, broker };
}

/** Ends brokers on this settings file that a killed parent left running. */
async function stopOrphans(settingsFile: string): Promise<void> {
  const orphans = await findProcesses(['kafka.Kafka', settingsFile]);
  await Promise.all(orphans.map((pid) => endProcess(pid, 'SIGTERM', STOP_TIMEOUT_MS)));
}

/**
 * Starts a Kafka cluster (KRaft, every broker is also a controller) on `dataDir`, listening on 127.0.0.1 only, and waits until every
 * broker is ready. Brokers that a killed parent left running there are ended first, so after `kill -9` of anything there is nothing to
 * clean up. Cluster id and ports stay the same for the life of the folder. Throws a ServerError with cause and remedy.
 */
export async function startKafka(options: KafkaOptions): Promise<KafkaServer> {
  const java = options.javaCommand ?? 'java';
  await requireJava(java);
  const classPath = await fetchKafka(options.cacheDir);
  const giveUp = await claimFolder(options.dataDir);
  const program: KafkaProgram = { java, classPath, heapMegabytes: options.heapMegabytes ?? 256, settings: options.settings ?? {} };
  try {
    const dataDir = await realpath(options.dataDir);
    const cluster = await getCluster(dataDir, options.brokers, options.ports);
    const prepared = await Promise.all(cluster.brokers.map((place) => prepare(dataDir, place, cluster, program)));
    const stopAll = () => Promise.all(prepared.map(({ server }) => server.stop()));
    // All at once: controllers need a majority before any broker gets ready.
    const started = await Promise.allSettled(prepared.map(({ broker }) => broker.start()));
    const failed = started.find((outcome) => outcome.status === 'rejected');
    if (failed) {
      await stopAll();
      throw failed.reason;
    }
    return {
      bootstrapServers: cluster.brokers.map(({ port }) => `127.0.0.1:${port}`),
      brokers: prepared.map(({ broker }) => broker),
      stop: async () => {
        await stopAll();
        await giveUp();
      },
    };
  } catch (error) {
    await giveUp();
    throw error;
  }
}
