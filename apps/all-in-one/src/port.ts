import { createServer } from 'node:net';
import { listenAt } from '@tollgate/runtime/base/listen';

/** Throws one sentence before anything is started, where nobody can listen there; port 0 takes a free one. */
export async function requirePort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  await listenAt(probe, { host, port, setting: 'PORT', command: ' npm start' });
  probe.close();
}
