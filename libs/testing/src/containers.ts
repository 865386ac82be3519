import { findFreePort } from '@lianxin/platform/servers';
import type { ServerKind, StartedServer } from './server.kinds.ts';

const PASSWORD = 'test-only';
const START_TIMEOUT_MS = 120_000;

/** testcontainers is large and wanted by one of two engines only. */
function loadTestcontainers() {
  return import('testcontainers');
}

async function startPostgresContainer(): Promise<StartedServer> {
  const { GenericContainer, Wait } = await loadTestcontainers();
  const container = await new GenericContainer('postgres:18-alpine')
    .withEnvironment({ POSTGRES_PASSWORD: PASSWORD })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_connections=300', '-c', 'timezone=UTC'])
    .withExposedPorts(5432)
    // The image starts a first server for its own set-up, which says the same.
    .withWaitStrategy(Wait.forAll([Wait.forLogMessage(/database system is ready to accept connections/, 2), Wait.forListeningPorts()]))
    .withStartupTimeout(START_TIMEOUT_MS)
    .start();
  const address = `postgres://postgres:${PASSWORD}@${container.getHost()}:${container.getMappedPort(5432)}/postgres`;
  return { variable: 'LIANXIN_TEST_POSTGRES_URL', address, stop: async () => void (await container.stop()) };
}

async function startRedisContainer(): Promise<StartedServer> {
  const { GenericContainer, Wait } = await loadTestcontainers();
  const container = await new GenericContainer('redis:8-alpine')
    .withCommand(['redis-server', '--save', '', '--appendonly', 'no'])
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forAll([Wait.forLogMessage(/Ready to accept connections/), Wait.forListeningPorts()]))
    .withStartupTimeout(START_TIMEOUT_MS)
    .start();
  const address = `redis://${container.getHost()}:${container.getMappedPort(6379)}`;
  return { variable: 'LIANXIN_TEST_REDIS_URL', address, stop: async () => void (await container.stop()) };
}

async function startKafkaContainer(): Promise<StartedServer> {
  const { GenericContainer, getContainerRuntimeClient, Wait } = await loadTestcontainers();
  // A broker tells its clients its address, so the host's port must be known before it starts.
  const port = await findFreePort();
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime;
  const container = await new GenericContainer('apache/kafka:4.1.0')
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    })
    .withExposedPorts({ container: 9092, host: port })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(START_TIMEOUT_MS)
    .start();
  return { variable: 'LIANXIN_TEST_KAFKA', address: `${host}:${port}`, stop: async () => void (await container.stop()) };
}

/** Starts one server for a test run in a container of the reachable engine (DOCKER_HOST or its default socket). */
export function startContainer(kind: ServerKind): Promise<StartedServer> {
  const starters = { postgres: startPostgresContainer, redis: startRedisContainer, kafka: startKafkaContainer };
  return starters[kind]();
}
