import { connect } from 'node:net';
import { hold, type Attack } from '../attack.js';

const CONNECTIONS = 200;
const SETTLE_MS = 1_500;

/** A client that asks for an upgrade nobody offers, and is gone before it hears so. */
export const refusedUpgrades: Attack = {
  name: 'refused-upgrades',
  holds: 'connections that are reset while their upgrade is refused leave the process as it was',
  async play(stage) {
    const { hostname, port } = new URL(stage.baseUrl);
    await Promise.all(Array.from({ length: CONNECTIONS }, () => askAndReset(hostname, Number(port))));
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const answer = await stage
      .post({ token: stage.staffToken, body: { query: '{ __typename }' } })
      .catch(String);
    hold(
      typeof answer !== 'string' && answer.status === 200,
      `the system no longer answers: ${String(answer)}`,
    );
  },
};

function askAndReset(host: string, port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.write(
        `GET /x HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
        () => socket.resetAndDestroy(),
      );
    });
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
  });
}
