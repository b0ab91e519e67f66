import type { WebSocket as ProtocolSocket } from 'graphql-ws';
import { exactJsonText } from '@tollgate/kernel/json';
import type { RawData, WebSocket } from 'ws';
import { WebSocket as Ws } from 'ws';

/** Bytes waiting for one socket; beyond it the socket is closed at once. */
export const SOCKET_BUFFER_MAX_BYTES = 16 * 1024 * 1024;
const PING_EVERY_MS = 25_000;

export interface StallBound {
  /** A socket that takes nothing for so long is closed. */
  readonly stallMs: number;
  readonly onStall: () => void;
}

/**
 * A ws socket as graphql-ws wants it. `send` resolves when the bytes have left this process, so a subscription
 * has one frame under way and keeps its newer values in its mailbox. A socket that never reads is cut off.
 */
export function withBackpressure(
  socket: WebSocket,
  bound: StallBound,
): Omit<ProtocolSocket, 'onMessage'> & {
  onMessage(receive: (data: string) => Promise<void>): void;
} {
  const watch = stallWatch(socket, bound);
  return {
    protocol: socket.protocol,
    send: (data) =>
      new Promise((resolve) => {
        if (socket.readyState !== Ws.OPEN) {
          resolve();
          return;
        }
        watch.sent();
        socket.send(data, () => {
          watch.left();
          resolve();
        });
        if (socket.bufferedAmount > SOCKET_BUFFER_MAX_BYTES) watch.cut();
      }),
    close: (code, reason) => {
      socket.close(code, reason);
    },
    onMessage: (receive) => {
      socket.on('message', (data: RawData) => {
        // Variables mean the same here as over HTTP.
        receive(exactJsonText(textOf(data))).catch(() => {
          socket.close(1011, 'Internal error');
        });
      });
    },
  };
}

/** Notices that frames wait and none leaves, and that pings stay unanswered. */
function stallWatch(socket: WebSocket, { stallMs, onStall }: StallBound) {
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  let answered = true;
  const cut = (): void => {
    clearTimeout(timer);
    if (socket.readyState === Ws.CLOSED) return;
    onStall();
    socket.terminate();
  };
  const ping = setInterval(() => {
    if (!answered) {
      cut();
      return;
    }
    answered = false;
    socket.ping();
  }, PING_EVERY_MS).unref();
  socket.on('pong', () => {
    answered = true;
  });
  socket.once('close', () => {
    clearInterval(ping);
    clearTimeout(timer);
  });
  return {
    cut,
    sent: () => {
      waiting += 1;
      timer ??= setTimeout(cut, stallMs).unref();
    },
    left: () => {
      waiting -= 1;
      if (waiting > 0) timer?.refresh();
      else {
        clearTimeout(timer);
        timer = undefined;
      }
    },
  };
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
