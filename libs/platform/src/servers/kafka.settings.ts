/** One broker's place in the cluster; recorded in the data folder, so that addresses stay the same over restarts. */
export interface BrokerPlace {
  id: number;
  port: number;
  controllerPort: number;
}

/** Replicas of every topic: as many as there are brokers; one of three may die without a write being refused. */
function replicationSettings(brokerCount: number): Record<string, number> {
  const replicas = brokerCount;
  const inSync = brokerCount >= 3 ? 2 : 1;
  return {
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
  };
}

/** Memory and waiting times for brokers that share one machine with everything else. */
const HOUSE_SETTINGS: Record<string, string | number> = {
  'auto.create.topics.enable': 'false',
  'num.partitions': 12,
  // The log is kept for ever (design §3).
  'log.retention.ms': -1,
  'offsets.topic.num.partitions': 12,
  'transaction.state.log.num.partitions': 12,
  // Otherwise half of a small heap would be set aside for compacting.
  'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
  // A group's first member need not wait three seconds for others.
  'group.initial.rebalance.delay.ms': 0,
  // How soon a dead member is missed is for the services to say (LIANXIN_KAFKA_SESSION_MS).
  'group.min.session.timeout.ms': 1_000,
  'broker.session.timeout.ms': 6_000,
  'broker.heartbeat.interval.ms': 1_000,
  // A restarted broker gets its leaderships back soon.
  'leader.imbalance.check.interval.seconds': 30,
};

/** The text of `server.properties` for one broker that is also a controller (KRaft, combined mode). */
export function brokerProperties(broker: BrokerPlace, all: BrokerPlace[], logDir: string, settings: Record<string, string>): string {
  const values: Record<string, string | number> = {
    ...HOUSE_SETTINGS,
    ...replicationSettings(all.length),
    ...settings,
    'process.roles': 'broker,controller',
    'node.id': broker.id,
    'controller.quorum.voters': all.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${broker.port},CONTROLLER://127.0.0.1:${broker.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker.port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    // In a properties file a backslash begins an escape.
    'log.dirs': logDir.replaceAll('\\', '\\\\'),
  };
  return `${Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}

/** Arguments of the Java machine for a broker: a fixed heap, a quiet log that still says when the server has started. */
export function javaArguments(heapMegabytes: number, classPath: string): string[] {
  return [
    `-Xmx${heapMegabytes}m`,
    // A broker without memory must die and be seen, not limp.
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
    '-cp',
    classPath,
  ];
}
