import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a gateway was asked, and what it answered or would have. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Form or JSON, as it was sent. */
  readonly body: string;
  readonly status: number;
  readonly answer: string;
}

/** Another answer than the gateway's; null leaves it. */
export type Rewrite = (exchange: Exchange) => { readonly status: number; readonly answer: string } | null;

/** A server in front of the sandbox that answers some requests in its own way. What it hears is kept in `heard`. */
export interface Front {
  readonly url: string;
  readonly heard: Exchange[];
  rewrite: Rewrite;
  stop(): Promise<void>;
}

/** Starts one; it passes everything on until `rewrite` is set. */
export async function startFront(sandbox: string): Promise<Front> {
  const server = createServer((request, response) => {
    void passed(sandbox, request).then((exchange) => {
      front.heard.push(exchange);
      const { status, answer } = front.rewrite(exchange) ?? exchange;
      response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const front: Front = {
    url: `http://127.0.0.1:${port}`,
    heard: [],
    rewrite: () => null,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return front;
}

async function passed(sandbox: string, request: IncomingMessage): Promise<Exchange> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('utf8');
  const { method = 'GET', url: path = '/' } = request;
  const { host: _host, connection: _connection, 'content-length': _length, ...rest } = request.headers;
  const headers = rest as Record<string, string>;
  const sent = { method, headers, ...(body === '' ? {} : { body }) };
  const response = await fetch(`${sandbox}${path}`, sent);
  return { method, path, headers, body, status: response.status, answer: await response.text() };
}
