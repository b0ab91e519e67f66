import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import { startKafka } from '@tollgate/local/kafka';
import { freePort } from '@tollgate/local/ports';
import { startRedis } from '@tollgate/local/redis';
import { announceMissing, requireDistributed } from '@tollgate/local/requirements';
import { onStopSignal } from '@tollgate/runtime/service/stop';
import { checkedConfig } from './check.js';
import { processEnvironment, ROOT, type Environment, type LocalConfig } from './config.js';
import { openDatabase } from './database.js';
import { openDemo } from './demo.js';
import { serviceEnvironment } from './environment.js';
import { openSandbox } from './sandbox.js';
import { requirePort } from './port.js';
import { localSecrets } from './secrets.js';
import { NODE_FLAGS } from './node-flags.js';
import { Supervised } from './supervised.js';

const READY_MAX_MS = 120_000;
const POLL_MS = 100;
const startedAt = performance.now();

/** The same services as separate processes on Postgres, Redis and Kafka, without Docker: for development and tests. */
async function main(): Promise<void> {
  const config = await checkedConfig(processEnvironment, '.tollgate/distributed');
  await requirePort(config.host, config.port);
  const found = await requireDistributed();
  if (!found.ok && needsLocal(config)) {
    process.stderr.write(`${announceMissing(found.missing)}\n`);
    throw new Error('the distributed mode needs Redis and Kafka');
  }
  const infrastructure = await openInfrastructure(config);
  const services = startServices(config, infrastructure.environment, infrastructure.subgraphPorts);
  const stop = async (): Promise<void> => {
    process.stdout.write('\nstopping: finishing what is in hand …\n');
    const [gateway, ...subgraphs] = services;
    await gateway?.stop();
    await Promise.all(subgraphs.map((subgraph) => subgraph.stop()));
    await infrastructure.stop();
    process.stdout.write('stopped\n');
  };
  onStopSignal(stop);
  const url = `http://${config.host}:${infrastructure.gatewayPort}`;
  await ready(`${url}/ready`);
  const pids = Object.fromEntries(services.map((service) => [service.name, service.pid]));
  await openDemo({
    config,
    url,
    staffSecret: infrastructure.staffSecret,
    providersUrl: infrastructure.providersUrl,
    startedAt,
    mode: 'distributed',
    pids,
  });
}

function needsLocal(config: LocalConfig): boolean {
  return !config.environment['REDIS_URL'] || !config.environment['KAFKA_BROKERS'];
}

async function openInfrastructure(config: LocalConfig) {
  const secrets = localSecrets(config.dataDir);
  const gatewayPort = config.port === 0 ? await freePort() : config.port;
  const database = await openDatabase(config, secrets);
  const sandbox = await openSandbox(config, secrets, `http://${config.host}:${gatewayPort}`);
  const redis = config.environment['REDIS_URL'] ? undefined : await startRedis();
  const kafka = config.environment['KAFKA_BROKERS']
    ? undefined
    : await startKafka({ dir: join(config.dataDir, 'kafka') });
  const subgraphPorts = new Map<string, number>();
  for (const name of SUBGRAPHS) subgraphPorts.set(name, await freePort());
  const environment = serviceEnvironment(config, secrets, {
    database,
    sandboxUrl: sandbox.url,
    smtpUrl: sandbox.smtpUrl,
    gatewayPort,
    ...(kafka === undefined ? {} : { kafkaBrokers: kafka.brokers }),
    ...(redis === undefined ? {} : { redisUrl: redis.url }),
  });
  return {
    environment,
    gatewayPort,
    subgraphPorts,
    staffSecret: secrets.staffDev,
    providersUrl: sandbox.url,
    stop: async () => {
      await kafka?.stop();
      await redis?.stop();
      await sandbox.stop();
      await database.stop();
    },
  };
}

function startServices(
  config: LocalConfig,
  environment: Environment,
  ports: ReadonlyMap<string, number>,
): Supervised[] {
  const logs = join(config.dataDir, 'logs');
  mkdirSync(logs, { recursive: true });
  const urls = Object.fromEntries(
    [...ports].map(([name, port]) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${port}`]),
  );
  const subgraphs = [...ports].map(([name, port]) =>
    service(name, {
      path: join(ROOT, 'subgraphs', name, 'dist/main.js'),
      logs,
      environment: {
        ...environment,
        ...urls,
        SERVICE_NAME: name,
        HOST: '127.0.0.1',
        PORT: String(port),
        // Least privilege: only the subgraph that creates tenants may create schemas.
        ...(name === 'tenancy' ? {} : { DATABASE_ADMIN_URL: '' }),
      },
    }),
  );
  const gateway = service('gateway', {
    path: join(ROOT, 'gateway/dist/main.js'),
    logs,
    environment: { ...environment, ...urls },
  });
  return [gateway, ...subgraphs];
}

interface ServiceSpec {
  /** The file that Node runs. */
  readonly path: string;
  /** Where its log goes. */
  readonly logs: string;
  readonly environment: Environment;
}

/** One service process; it is started again when it ends without having been told to. */
function service(name: string, { path, logs, environment }: ServiceSpec): Supervised {
  const log = createWriteStream(join(logs, `${name}.log`), { flags: 'a' });
  const start = (): ChildProcess => {
    // One process group with the starter: whoever kills the group kills all of it.
    const child = spawn(process.execPath, [...NODE_FLAGS, path], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    return child;
  };
  return new Supervised({ name, start });
}

async function ready(url: string): Promise<void> {
  const deadline = Date.now() + READY_MAX_MS;
  for (;;) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    if (Date.now() > deadline) throw new Error(`${url} was not ready within ${READY_MAX_MS / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
