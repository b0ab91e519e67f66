import type { Control, ResendChoice } from './control.js';
import type { Disputed } from './disputes.js';
import type { Provider } from './records.js';
import type { Call, Reply } from './context.js';

/** Answers `/_control/…`: JSON in, JSON out, no credentials. The sandbox must only listen where tests run. */
export async function answerControl(
  control: Control,
  { method, path, query, body }: Pick<Call, 'method' | 'path' | 'query' | 'body'>,
): Promise<Reply> {
  const [, action, id] = /^\/_control\/(authenticate|approve)\/(\w+)$/.exec(path) ?? [];
  if (action !== undefined && id !== undefined)
    return control.completeAction(id)
      ? good({ ok: true })
      : { status: 404, body: { error: 'Nothing waits here.' } };
  const input = parse(body.toString('utf8'));
  if (input === undefined) return bad('The body must be a JSON object.');
  switch (`${method} ${path}`) {
    case 'GET /_control/health':
      return good({ ok: true });
    case 'GET /_control/captures':
      return good({ captures: control.captures() });
    case 'GET /_control/holds':
      return good({ holds: control.holds() });
    case 'GET /_control/events':
      return good({
        events: control
          .events()
          .map(({ id, provider, type, delivery }) => ({ id, provider, type, delivery })),
      });
    case 'POST /_control/faults': {
      const wrong = control.setFault(input);
      return wrong === undefined ? good({ ok: true }) : bad(wrong);
    }
    case 'DELETE /_control/faults':
      control.clearFaults(providerOf(query.get('provider')));
      return good({ ok: true });
    case 'POST /_control/webhooks/targets':
      control.setWebhookTargets({ ...url('stripe', input), ...url('paypal', input) });
      return good({ ok: true });
    case 'POST /_control/disputes':
      return disputed(control.openDispute(String(input['reference'])));
    case 'POST /_control/disputes/resolve': {
      const outcome = input['outcome'] === 'won' ? 'won' : 'lost';
      return disputed(control.resolveDispute(String(input['reference']), outcome));
    }
    case 'POST /_control/webhooks/hold':
      control.holdWebhooks(input['held'] === true);
      return good({ ok: true });
    case 'POST /_control/webhooks/resend':
      return good({ statuses: await control.resendWebhooks(choiceOf(input)) });
    default:
      return { status: 404, body: { error: `No such control: ${method} ${path}` } };
  }
}

function choiceOf(input: Record<string, unknown>): ResendChoice {
  const { ids, provider, order, times } = input;
  const known = providerOf(provider);
  return {
    ...(Array.isArray(ids) ? { ids: ids.filter((id): id is string => typeof id === 'string') } : {}),
    ...(known === undefined ? {} : { provider: known }),
    order: order === 'reverse' ? 'reverse' : 'forward',
    times: typeof times === 'number' ? times : 1,
  };
}

function parse(body: string): Record<string, unknown> | undefined {
  if (body === '') return {};
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const providerOf = (value: unknown): Provider | undefined =>
  value === 'stripe' || value === 'paypal' ? value : undefined;

function url(name: Provider, input: Record<string, unknown>): { readonly [key in Provider]?: string } {
  const value = input[name];
  return typeof value === 'string' && URL.canParse(value) ? { [name]: value } : {};
}

const disputed = (done: Disputed): Reply =>
  done.ok ? good({ dispute: done.dispute }) : { status: 409, body: { error: done.wrong } };

const good = (body: unknown): Reply => ({ status: 200, body });
const bad = (error: string): Reply => ({ status: 400, body: { error } });
