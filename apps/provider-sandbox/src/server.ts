import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createControl } from './control.js';
import type { Control } from './control.js';
import { answerControl } from './control-routes.js';
import { answer } from './router.js';
import { eventRecord } from './event.js';
import { signatureHeaders } from './signing.js';
import { startMailSink, type MailSink } from './mail-sink.js';
import { openStore } from './store.js';
import type { Store } from './store.js';
import { Courier } from './webhooks.js';
import type { WebhookTargets } from './webhooks.js';
import { answerVies, isForVies } from './vies.js';
import { randomText } from './context.js';
import type { Call, Reply, Context } from './context.js';

export interface SandboxOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  /** Keeps the state over restarts, kill -9 included. */
  readonly stateFile?: string;
  readonly webhookTargets?: WebhookTargets;
  readonly stripeWebhookSecret: string;
  readonly paypalWebhookId: string;
  /** Where mails are taken; absent = any free port. */
  readonly smtpPort?: number;
  readonly log?: (line: string) => void;
}

export interface ProviderSandbox {
  readonly url: string;
  readonly port: number;
  readonly control: Control;
  /** A mail server that keeps what it is given. */
  readonly mail: MailSink;
  /** The headers of a genuine webhook with these bytes; `at` makes an old one. */
  sign(provider: 'stripe' | 'paypal', body: string, at?: Date): Record<string, string>;
  stop(): Promise<void>;
}

const BODY_MAX_BYTES = 1_000_000;
const SILENCE_MAX_MS = 60_000;
const REQUEST_TIMEOUT_MS = 30_000;
const PAYPAL_ID_LENGTH = 17;
const STRIPE_ID_LENGTH = 24;

/** Starts a local server that answers the Stripe and PayPal SDKs. For development and tests: it moves no money. */
export async function startProviderSandbox(options: SandboxOptions): Promise<ProviderSandbox> {
  const { host = '127.0.0.1', log = () => undefined, paypalWebhookId } = options;
  const store = openStore(options.stateFile);
  const address = { url: '' };
  const baseUrl = (): string => address.url;
  const signer = { store, stripeSecret: options.stripeWebhookSecret, paypalWebhookId, baseUrl };
  const courier = new Courier({ ...signer, log }, options.webhookTargets ?? {});
  const context = contextOf(store, courier, paypalWebhookId);
  const control = createControl(context, courier);
  const server = createServer((request, response) => {
    serve({ context, control, courier, mail: () => mail, log, baseUrl: address.url }, request)
      .then((answered) => reply(response, answered))
      .catch((error: unknown) => {
        log(`${request.method} ${request.url}: ${error instanceof Error ? error.stack : String(error)}`);
        reply(response, { status: 500, body: { error: 'The sandbox failed; its log says why.' } });
      });
  });
  const mail = await startMailSink({ port: options.smtpPort ?? 0, host });
  const port = await listen(server, options.port, host);
  address.url = `http://${host}:${port}`;
  courier.pump();
  return {
    url: address.url,
    port,
    control,
    mail,
    sign: (provider, body, at) => signatureHeaders(signer, { provider, body, at }),
    stop: async () => {
      await courier.stop();
      await mail.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      store.close();
    },
  };
}

function contextOf(store: Store, courier: Courier, paypalWebhookId: string): Context {
  return {
    store,
    paypalWebhookId,
    now: () => new Date(),
    newId,
    emit: (provider, type, resource) => {
      const id = newId(provider === 'stripe' ? 'evt_' : 'WH-');
      store.put('event', id, eventRecord(provider, { id, type, resource, now: new Date() }));
      courier.take(id);
    },
  };
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

interface Serving {
  readonly context: Context;
  readonly control: Control;
  readonly courier: Courier;
  readonly mail: () => MailSink;
  readonly log: (line: string) => void;
  readonly baseUrl: string;
}

async function serve(serving: Serving, request: IncomingMessage): Promise<Reply> {
  const { context, control, courier, mail, log, baseUrl } = serving;
  const body = await readBody(request);
  if (body === undefined) return { status: 413, body: { error: 'The body is too large.' } };
  const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://sandbox');
  const call: Call = {
    method: request.method ?? 'GET',
    path,
    query,
    body,
    id: '',
    headers: request.headers,
    baseUrl,
  };
  if (call.method === 'GET' && path === '/_control/mails')
    return { status: 200, body: { mails: mail().mails(), handOvers: mail().handOvers() } };
  if (path.startsWith('/_control/')) return answerControl(control, call);
  const answered = isForVies(path) ? answerVies(call) : answer(call, context);
  log(`${call.method} ${path} ${answered.lost ?? answered.status}`);
  courier.pump();
  return answered;
}

/** PayPal's ids are 17 capitals and digits without a prefix, Stripe's 24 letters and digits behind one. */
function newId(prefix: string): string {
  if (prefix === '') return randomText(PAYPAL_ID_LENGTH).toUpperCase();
  return `${prefix}${randomText(STRIPE_ID_LENGTH)}`;
}

function reply(response: ServerResponse, { status, body, lost, document }: Reply): void {
  if (lost === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (lost === 'silence') {
    const timer = setTimeout(() => response.socket?.resetAndDestroy(), SILENCE_MAX_MS);
    response.once('close', () => clearTimeout(timer));
    return;
  }
  if (document) {
    response.writeHead(status, { 'content-type': 'application/x-pem-file' }).end(String(body));
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': `req_${randomText(14)}` });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** Undefined when the body is larger than any request we answer. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= BODY_MAX_BYTES) chunks.push(chunk);
  }
  return bytes <= BODY_MAX_BYTES ? Buffer.concat(chunks) : undefined;
}
