import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Addresses whose word about who stands behind them is believed. */
export type TrustedProxies = Pick<BlockList, 'check'>;

const ENTRIES_MAX = 20;
const FORWARDING_HEADERS = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-forwarded-host', 'via'];

/** Nobody. */
export const NO_PROXIES: TrustedProxies = new BlockList();

/** Reads addresses and networks (`10.0.0.0/8`, `::1`); undefined where one of them is neither. */
export function trustedProxies(entries: readonly string[]): TrustedProxies | undefined {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const family = familyOf(address);
    const bits = prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix);
    if (
      family === undefined ||
      !Number.isInteger(bits) ||
      bits < 0 ||
      bits > (family === 'ipv4' ? 32 : 128)
    ) {
      return undefined;
    }
    list.addSubnet(address, bits, family);
  }
  return list;
}

/** Who is at the other end of a connection, and whom it says it speaks for. */
export interface Sender {
  readonly remote: string;
  readonly forwarded: string | undefined;
}

/** Taken while the request is there: a connection that has ended has no address any more. */
export function senderOf(request: IncomingMessage): Sender {
  const header = request.headers['x-forwarded-for'];
  const forwarded = typeof header === 'string' ? header : undefined;
  return { remote: request.socket.remoteAddress ?? '', forwarded };
}

/** Where a request comes from, see `addressBehind`. */
export function addressOf(request: IncomingMessage, trusted: TrustedProxies): string {
  return addressBehind(senderOf(request), trusted);
}

/**
 * The nearest address that is not a trusted proxy. What stands further to the left in `x-forwarded-for` is only what
 * somebody said.
 */
export function addressBehind({ remote, forwarded = '' }: Sender, trusted: TrustedProxies): string {
  const said = forwarded.split(',').slice(-ENTRIES_MAX);
  let address = plain(remote);
  while (isTrusted(address, trusted)) {
    const next = plain(said.pop()?.trim() ?? '');
    if (isIP(next) === 0) break;
    address = next;
  }
  return address;
}

/** True where a request comes from this machine, and not through a proxy that runs on it. */
export function isLocal(request: IncomingMessage): boolean {
  const address = plain(request.socket.remoteAddress ?? '');
  const passedOn = FORWARDING_HEADERS.some((name) => request.headers[name] !== undefined);
  return !passedOn && (address === '::1' || (isIP(address) === 4 && address.startsWith('127.')));
}

/** What is counted together: an IPv4 address, or the /64 that an IPv6 caller owns. */
export function addressGroup(address: string): string {
  if (isIP(address) !== 6) return address;
  const [left = '', right] = address.toLowerCase().split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const groups = right === undefined ? head : [...head, ...zeros(8 - head.length - tail.length), ...tail];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

function zeros(count: number): string[] {
  return Array.from({ length: Math.max(0, count) }, () => '0');
}

function isTrusted(address: string, trusted: TrustedProxies): boolean {
  const family = familyOf(address);
  return family !== undefined && trusted.check(address, family);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}

/** Without port, brackets and zone; an IPv4 address in IPv6's clothes as the IPv4 address. */
function plain(text: string): string {
  const unbracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d+$/, '$1');
  const [address = ''] = unbracketed.split('%');
  return /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
}
