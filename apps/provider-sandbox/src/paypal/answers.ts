import { randomText } from '../context.js';
import type { Call, Reply } from '../context.js';
import type { Authorization, Capture, Issue, Order } from './objects.js';

interface Link {
  readonly href: string;
  readonly rel: string;
  readonly method: string;
}

/** PayPal says the general in the message and the particular in the details. */
const MESSAGES: Readonly<Record<Issue['name'], string>> = {
  INVALID_REQUEST: 'Request is not well-formed, syntactically incorrect, or violates schema.',
  RESOURCE_NOT_FOUND: 'The specified resource does not exist.',
  UNPROCESSABLE_ENTITY:
    'The requested action could not be performed, semantically incorrect, or failed business validation.',
  INTERNAL_SERVER_ERROR: 'An internal server error has occurred.',
};

/** PayPal's error answer. A refused request keeps its key free, a declined payment does not. */
export function refused(
  issue: Issue,
  recorded: 'recorded' | 'forgotten' = 'forgotten',
  links: Link[] = [],
): Reply {
  return {
    status: issue.status,
    recorded: recorded === 'recorded',
    body: {
      name: issue.name,
      message: MESSAGES[issue.name],
      debug_id: randomText(13).toLowerCase(),
      details: [{ issue: issue.issue, description: issue.description }],
      links,
    },
  };
}

/** A request that PayPal understands and does not carry out. */
export const unprocessable = (issue: string, description: string): Issue => ({
  status: 422,
  name: 'UNPROCESSABLE_ENTITY',
  issue,
  description,
});

/** A request whose field makes no sense. */
export const malformed = (field: string): Reply =>
  refused({
    status: 400,
    name: 'INVALID_REQUEST',
    issue: 'INVALID_PARAMETER_SYNTAX',
    description: `Request is not well-formed, syntactically incorrect, or violates schema: ${field}.`,
  });

/** There is nothing under this id. */
export const notFound = (): Reply =>
  refused({
    status: 404,
    name: 'RESOURCE_NOT_FOUND',
    issue: 'INVALID_RESOURCE_ID',
    description: 'Specified resource ID does not exist. Please check the resource ID and try again.',
  });

/** The body as a JSON object; undefined when it is none. An empty body is an empty object. */
export function objectOf(call: Call): Record<string, unknown> | undefined {
  if (call.body.length === 0) return {};
  try {
    return asRecord(JSON.parse(call.body.toString('utf8')));
  } catch {
    return undefined;
  }
}

/** The value as a JSON object; undefined when it is none. */
export const asRecord = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;

/** An order with what was held and taken on it. */
export interface OrderPayments {
  readonly order: Order;
  readonly authorization?: Authorization | undefined;
  readonly captures: readonly Capture[];
}

/** An order as PayPal shows it. */
export function showOrder(call: Call, { order, authorization, captures }: OrderPayments): unknown {
  const payments = {
    ...(authorization === undefined ? {} : { authorizations: [showAuthorization(call, authorization)] }),
    ...(captures.length === 0 ? {} : { captures: captures.map((capture) => showCapture(call, capture)) }),
  };
  return {
    id: order.id,
    intent: order.intent,
    status: order.status,
    create_time: order.create_time,
    purchase_units: [
      {
        reference_id: order.reference_id,
        amount: order.amount,
        description: order.description,
        custom_id: order.custom_id,
        invoice_id: order.invoice_id,
        ...(Object.keys(payments).length === 0 ? {} : { payments }),
      },
    ],
    links: [
      link(call, `/v2/checkout/orders/${order.id}`, 'self'),
      link(call, `/v2/checkout/orders/${order.id}/authorize`, 'authorize'),
    ],
  };
}

/** An authorisation as PayPal shows it. */
export function showAuthorization(call: Call, { order, ...authorization }: Authorization): unknown {
  const path = `/v2/payments/authorizations/${authorization.id}`;
  return {
    ...authorization,
    seller_protection: { status: 'ELIGIBLE' },
    supplementary_data: { related_ids: { order_id: order } },
    links: [
      link(call, path, 'self'),
      link(call, `${path}/capture`, 'capture'),
      link(call, `${path}/void`, 'void'),
    ],
  };
}

/** A capture as PayPal shows it. */
export function showCapture(call: Call, { order, authorization, ...capture }: Capture): unknown {
  return {
    ...capture,
    seller_protection: { status: 'ELIGIBLE' },
    supplementary_data: { related_ids: { order_id: order, authorization_id: authorization } },
    links: [link(call, `/v2/payments/captures/${capture.id}`, 'self')],
  };
}

/** A link of PayPal's answers: read it, or post to it. */
export const link = (call: Call, path: string, rel: string): Link => ({
  href: `${call.baseUrl}${path}`,
  rel,
  method: POSTED.has(rel) ? 'POST' : 'GET',
});

const POSTED = new Set(['authorize', 'capture', 'void']);
