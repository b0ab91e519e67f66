import { randomBytes } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kafkaJars, type KafkaJars } from './kafka-jars.js';
import { freePort, waitForPort } from './ports.js';
import { startChild, type Child } from './process.js';

const HOST = '127.0.0.1';
const FORMAT_MS = 60_000;
const READY_MS = 90_000;
const STOP_MS = 20_000;

/** A running broker, one node in KRaft mode, that keeps its data directory and port over a restart. */
export interface RunningKafka {
  readonly brokers: string[];
  readonly port: number;
  stop(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Freezes the broker: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
  /** Starts it again on the same data and port, whether it was stopped, killed or runs. */
  restart(): Promise<void>;
}

export interface KafkaOptions {
  readonly dir: string;
  /** Default: any free port. */
  readonly port?: number;
  /** Default: TOLLGATE_CACHE_DIR, else `.cache` in the project. */
  readonly cacheDir?: string;
  readonly log?: (line: string) => void;
}

/** Where downloaded infrastructure is kept between runs. */
export const cacheDirectory = (): string =>
  process.env['TOLLGATE_CACHE_DIR'] ?? fileURLToPath(new URL('../../../.cache', import.meta.url));

/** The folder with the broker's jars, downloaded when missing; null, and the reason told, when that is impossible. */
export const ensureKafka = async (
  cacheDir: string = cacheDirectory(),
  tell: (reason: string) => void = () => undefined,
): Promise<string | null> => {
  const jars = await kafkaJars(cacheDir);
  if (jars.ok) return jars.lib;
  tell(jars.reason);
  return null;
};

/** Starts a real Kafka broker on the loopback interface; topics exist only when somebody creates them. */
export const startKafka = async (options: KafkaOptions): Promise<RunningKafka> => {
  const jars = await kafkaJars(options.cacheDir ?? cacheDirectory());
  if (!jars.ok) throw new Error(`No Kafka broker: ${jars.reason}`);
  const dir = resolve(options.dir);
  const port = options.port ?? (await freePort());
  const start = (): Promise<Child> => startBroker(jars, { dir, port, ...logOf(options) });
  let child = await start();
  const kill = async (): Promise<void> => {
    child.kill();
    await child.exited;
  };
  return {
    brokers: [`${HOST}:${port}`],
    port,
    stop: () => child.stop(STOP_MS),
    kill,
    pause: () => child.signal('SIGSTOP'),
    resume: () => child.signal('SIGCONT'),
    restart: async () => {
      await child.stop(STOP_MS);
      child = await start();
    },
  };
};

type Jars = Extract<KafkaJars, { ok: true }>;
interface BrokerPlace {
  readonly dir: string;
  readonly port: number;
  readonly log?: (line: string) => void;
}

const startBroker = async (jars: Jars, place: BrokerPlace): Promise<Child> => {
  const settings = join(place.dir, 'server.properties');
  await mkdir(place.dir, { recursive: true });
  const data = join(place.dir, 'data');
  await writeFile(settings, properties(data, place.port, await freePort()));
  if (!(await isFormatted(data))) await format(jars, place, settings);
  const child = await java(jars, place, ['kafka.Kafka', settings]);
  try {
    await child.waitForLine(/Kafka Server started/, READY_MS);
    await waitForPort(place.port, READY_MS);
  } catch (error) {
    child.kill();
    await child.exited;
    throw error;
  }
  child.letGo();
  return child;
};

const isFormatted = (data: string): Promise<boolean> =>
  access(join(data, 'formatted')).then(
    () => true,
    () => false,
  );

/** Formats the data directory; the mark comes last, so that a format that died is done again from scratch. */
const format = async (jars: Jars, place: BrokerPlace, settings: string): Promise<void> => {
  const data = join(place.dir, 'data');
  await rm(data, { recursive: true, force: true });
  const cluster = randomBytes(16).toString('base64url');
  const tool = ['kafka.tools.StorageTool', 'format', `--cluster-id=${cluster}`, '-c', settings];
  const child = await java(jars, place, tool);
  const patience = setTimeout(() => child.kill(), FORMAT_MS);
  await child.exited;
  clearTimeout(patience);
  if (child.exitCode() !== 0) throw new Error(`Kafka could not format ${data}:\n${child.output()}`);
  await writeFile(join(place.dir, 'formatted'), '');
  await rename(join(place.dir, 'formatted'), join(data, 'formatted'));
};

const java = (jars: Jars, place: BrokerPlace, args: readonly string[]): Promise<Child> => {
  const logging = '-Dorg.slf4j.simpleLogger.';
  const flags = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', '-Djava.awt.headless=true'];
  flags.push(`${logging}defaultLogLevel=warn`, `${logging}log.kafka.server.KafkaRaftServer=info`);
  return startChild({
    name: 'Kafka',
    command: jars.java,
    args: [...flags, '-cp', join(jars.lib, '*'), ...args],
    cwd: place.dir,
    ...logOf(place),
  });
};

const properties = (data: string, port: number, controllerPort: number): string =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${HOST}:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://${HOST}:${port},CONTROLLER://${HOST}:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${HOST}:${port}`,
    'log.dirs': data,
    'auto.create.topics.enable': 'false',
    // A killed broker is let in again only when its old session has ended.
    'broker.heartbeat.interval.ms': '500',
    'broker.session.timeout.ms': '3000',
    'group.initial.rebalance.delay.ms': '0',
    'offsets.topic.num.partitions': '8',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

const logOf = ({ log }: { readonly log?: (line: string) => void }) => (log === undefined ? {} : { log });
