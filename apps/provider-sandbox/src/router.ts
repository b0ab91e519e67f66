import { strike } from './faults.js';
import type { Fault } from './faults.js';
import { fingerprintOf, judgeKey } from './idempotency.js';
import { ACCESS_TOKEN_PREFIX, paypalRoutes } from './paypal/routes.js';
import type { Provider } from './records.js';
import { stripeRoutes } from './stripe/routes.js';
import { matchRoute, neverArrived } from './context.js';
import type { Call, Reply, Context } from './context.js';

const IDEMPOTENCY_KEY_LENGTH_MAX = 255;

/** Whose path it is: PayPal's names do not clash with Stripe's. */
export const providerOf = (path: string): Provider =>
  /^\/(v1\/(oauth2|notifications|customer)|v2|v3)\//.test(path) ? 'paypal' : 'stripe';

/** Answers one API request, and commits what it changed before anybody hears of it. */
export function answer(call: Call, context: Context): Reply {
  const provider = providerOf(call.path);
  const fault = faultFor(provider, call.path, context);
  if (fault?.when === 'before') return struck(provider, fault, { call, context });
  const answered = () => answerOnce(provider, { call, context }, () => route(provider, call, context));
  const reply = refuseStranger(provider, call) ?? answered();
  context.store.commit();
  return fault === undefined ? reply : { ...reply, ...transient(provider, fault) };
}

interface Asked {
  readonly call: Call;
  readonly context: Context;
}

/** Stripe keeps an error of its own under the key that met it, and repeats it for a day. */
function struck(provider: Provider, fault: Fault, asked: Asked): Reply {
  const reply = transient(provider, fault);
  if (provider !== 'stripe' || fault.kind !== 'error_500') return reply;
  const kept = answerOnce(provider, asked, () => ({ ...reply, recorded: true }));
  asked.context.store.commit();
  return kept;
}

/** The same key gives the first answer again, whatever happened to that answer on its way. */
function answerOnce(provider: Provider, { call, context }: Asked, work: () => Reply): Reply {
  const header = call.headers[provider === 'stripe' ? 'idempotency-key' : 'paypal-request-id'];
  if (typeof header !== 'string' || call.method !== 'POST') return work();
  if (header.length > IDEMPOTENCY_KEY_LENGTH_MAX)
    return fail(provider, {
      status: 400,
      type: 'invalid_request_error',
      message: 'The idempotency key is too long.',
    });
  // Stripe's keys are global, PayPal's belong to an operation.
  const id = provider === 'stripe' ? `stripe ${header}` : `paypal ${call.path} ${header}`;
  const fingerprint = fingerprintOf(call.method, call.path, call.body);
  const judged = judgeKey(fingerprint, context.store.get('answer', id));
  if (judged.verdict === 'conflict')
    return fail(provider, {
      status: provider === 'stripe' ? 400 : 422,
      type: provider === 'stripe' ? 'idempotency_error' : 'DUPLICATE_REQUEST_ID',
      message: `Keys for idempotent requests can only be used with the same parameters they were first used with: ${header}.`,
    });
  if (judged.verdict === 'replay') {
    const { status, body, lost } = judged.answer;
    const shown = provider === 'paypal' && status === 201 ? 200 : status;
    return { status: shown, body: body ?? undefined, ...(lost === undefined ? {} : { lost }) };
  }
  const reply = work();
  const { status, body = null, lost, recorded } = reply;
  if (recorded !== false)
    context.store.put('answer', id, { fingerprint, status, body, ...(lost === undefined ? {} : { lost }) });
  return reply;
}

function route(provider: Provider, call: Call, context: Context): Reply {
  const matched = matchRoute(provider === 'stripe' ? stripeRoutes : paypalRoutes, call.method, call.path);
  if (matched === undefined)
    return fail(provider, {
      status: 404,
      type: provider === 'stripe' ? 'invalid_request_error' : 'RESOURCE_NOT_FOUND',
      message: `Unrecognized request URL (${call.method}: ${call.path}).`,
    });
  return matched.route.handle({ ...call, id: matched.id }, context);
}

/** Credentials are checked for their form only: whoever reaches a sandbox may use it. */
function refuseStranger(provider: Provider, call: Call): Reply | undefined {
  const header = call.headers.authorization ?? '';
  if (provider === 'stripe')
    return /^Bearer (sk|rk)_test_\w+$/.test(header) && !header.endsWith('_invalid')
      ? undefined
      : fail(provider, { status: 401, type: 'invalid_request_error', message: 'Invalid API Key provided.' });
  if (call.path.startsWith('/v1/notifications/certs/')) return undefined;
  if (call.path === '/v1/oauth2/token') {
    const [id = '', secret = ''] = Buffer.from(header.replace(/^Basic /, ''), 'base64')
      .toString('utf8')
      .split(':');
    return id !== '' && secret !== '' && secret !== 'invalid'
      ? undefined
      : { status: 401, body: { error: 'invalid_client', error_description: 'Client Authentication failed' } };
  }
  return header.startsWith(`Bearer ${ACCESS_TOKEN_PREFIX}`)
    ? undefined
    : fail(provider, {
        status: 401,
        type: 'AUTHENTICATION_FAILURE',
        message: 'Authentication failed due to invalid authentication credentials.',
      });
}

/** The fault that hits this request, if any, counted. */
function faultFor(provider: Provider, path: string, context: Context): Fault | undefined {
  const { hit, rest } = strike(context.store.get('fault', provider), path);
  if (hit === undefined) return undefined;
  if (rest === undefined) context.store.remove('fault', provider);
  else if (rest !== hit) context.store.put('fault', provider, rest);
  context.store.commit();
  return hit;
}

/** What a client gets of a request that a fault hits. */
function transient(provider: Provider, fault: Fault): Reply {
  if (fault.kind === 'unreachable') return neverArrived('reset');
  if (fault.kind === 'timeout') return neverArrived('silence');
  const status = Number(fault.kind.slice('error_'.length));
  const type =
    provider === 'paypal' ? 'INTERNAL_SERVER_ERROR' : status === 429 ? 'rate_limit_error' : 'api_error';
  return fail(provider, { status, type, message: 'A transient fault made on demand.' });
}

interface Failure {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

/** An error in the provider's own shape. */
function fail(provider: Provider, { status, type, message }: Failure): Reply {
  const body =
    provider === 'stripe'
      ? { error: { type, message } }
      : {
          name: type,
          message,
          debug_id: 'sandbox',
          details: [{ issue: type, description: message }],
          links: [],
        };
  return { status, body, recorded: false };
}
