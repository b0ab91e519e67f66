import {
  Client,
  Environment,
  OrdersController,
  PaymentsController,
  type OAuthToken,
} from '@paypal/paypal-server-sdk';
import axios from 'axios';
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { PROVIDER_TIMEOUT_MS, type PaypalSettings } from '../settings.js';

/** PayPal's SDK, and the one call that we need and it lacks. */
export interface PaypalClient {
  readonly orders: OrdersController;
  readonly payments: PaymentsController;
  /** Sends JSON as it stands, to an endpoint the SDK does not know. Any status resolves; the body is its JSON. */
  postRaw(path: string, json: string): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Where PayPal's certificates lie. */
  readonly certificateOrigins: readonly string[];
  /** The text at an address, which is asked for without credentials; null where nothing is. */
  getText(url: string): Promise<string | null>;
}

const CERTIFICATE_MAX_BYTES = 64_000;
/** Without an address of ours PayPal's own: both of them sign for the environment they belong to. */
const CERTIFICATE_ORIGINS = {
  production: ['https://api.paypal.com', 'https://api-m.paypal.com'],
  sandbox: ['https://api.sandbox.paypal.com', 'https://api-m.sandbox.paypal.com'],
} as const;
const ANSWER_MAX_BYTES = 5_000_000;

const ORIGINS = {
  production: 'https://api-m.paypal.com',
  sandbox: 'https://api-m.sandbox.paypal.com',
} as const;

/** PayPal's SDK, pointed at where the settings say. */
export function createPaypalClient(settings: PaypalSettings): PaypalClient {
  const timeout = settings.timeoutMs ?? PROVIDER_TIMEOUT_MS;
  const environment = settings.environment ?? 'production';
  const client = new Client({
    environment: environment === 'production' ? Environment.Production : Environment.Sandbox,
    timeout,
    clientCredentialsAuthCredentials: {
      oAuthClientId: settings.clientId,
      oAuthClientSecret: settings.clientSecret,
    },
    // We retry ourselves, with the same keys.
    httpClientOptions: { timeout, retryConfig: { maxNumberOfRetries: 0 } },
    unstable_httpClientOptions: {
      maxRedirects: 0,
      maxContentLength: ANSWER_MAX_BYTES,
      ...(settings.apiBase === undefined ? {} : elsewhere(ORIGINS[environment], settings.apiBase)),
    },
  });
  let token: OAuthToken | undefined;
  return {
    orders: new OrdersController(client),
    payments: new PaymentsController(client),
    certificateOrigins:
      settings.apiBase === undefined
        ? CERTIFICATE_ORIGINS[environment]
        : [settings.apiBase.replace(/\/$/, '')],
    getText: (url) => getText(url, settings),
    postRaw: async (path, json) => {
      token = await client.clientCredentialsAuthManager.updateToken(token);
      const { status, data } = await axios.post<unknown>(
        `${settings.apiBase ?? ORIGINS[environment]}${path}`,
        json,
        {
          timeout,
          maxRedirects: 0,
          maxContentLength: ANSWER_MAX_BYTES,
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token?.accessToken}` },
          // The bytes are signed: they leave as they came.
          transformRequest: [(data: unknown) => data],
          validateStatus: () => true,
          ...(settings.apiBase === undefined ? {} : { proxy: false }),
        },
      );
      return { status, body: data };
    },
  };
}

async function getText(url: string, { timeoutMs, apiBase }: PaypalSettings): Promise<string | null> {
  const { status, data } = await axios.get<string>(url, {
    timeout: timeoutMs ?? PROVIDER_TIMEOUT_MS,
    maxRedirects: 0,
    maxContentLength: CERTIFICATE_MAX_BYTES,
    responseType: 'text',
    validateStatus: (code) => code === 200 || code === 404,
    ...(apiBase === undefined ? {} : { proxy: false as const }),
  });
  return status === 200 ? data : null;
}

/** The SDK has no setting for its base URL: an axios adapter swaps the origin of every request, OAuth included. */
function elsewhere(origin: string, apiBase: string): object {
  const http = axios.getAdapter('http');
  return {
    proxy: false,
    adapter: (config: InternalAxiosRequestConfig): Promise<AxiosResponse> =>
      http({ ...config, url: config.url?.replace(origin, apiBase.replace(/\/$/, '')) ?? apiBase }),
  };
}
