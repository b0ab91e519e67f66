import { readConfig } from './config.js';
import { startProviderSandbox } from './server.js';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const sandbox = await startProviderSandbox({ ...readConfig(process.argv.slice(2)), log: say });
say(`provider sandbox ready at ${sandbox.url} and, for mails, ${sandbox.mail.url}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void sandbox.stop();
  });
