import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { addressGroup, addressOf, isLocal, NO_PROXIES, trustedProxies } from './address.js';

const request = (remoteAddress: string, headers: Record<string, string> = {}) =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;
const PROXIES = trustedProxies(['10.0.0.0/8', 'fd00::/8', '::1']) ?? NO_PROXIES;

describe('the address of a request', () => {
  it.each([
    ['nobody is trusted', NO_PROXIES, '10.0.0.1', '203.0.113.7', '10.0.0.1'],
    ['a stranger says something', PROXIES, '198.51.100.1', '203.0.113.7', '198.51.100.1'],
    ['a proxy says who asked', PROXIES, '10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['the client lied about more', PROXIES, '10.0.0.1', '1.1.1.1, 203.0.113.7', '203.0.113.7'],
    ['two proxies stand in a row', PROXIES, '10.0.0.1', '203.0.113.7, 10.9.9.9', '203.0.113.7'],
    ['a proxy says nothing', PROXIES, '10.0.0.1', '', '10.0.0.1'],
    ['a proxy says nonsense', PROXIES, '10.0.0.1', 'unknown', '10.0.0.1'],
    ['IPv4 comes in IPv6', PROXIES, '::ffff:10.0.0.1', '203.0.113.7:5123', '203.0.113.7'],
    ['all is IPv6', PROXIES, 'fd00::1', '[2001:db8::7]:443', '2001:db8::7'],
  ])('where %s', (_, trusted, remote, said, address) => {
    expect(addressOf(request(remote, { 'x-forwarded-for': said }), trusted)).toBe(address);
  });

  it('groups IPv6 by /64 however it is written, and IPv4 not at all', () => {
    const same = ['2001:db8::1', '2001:0db8:0:0:ffff::2', '2001:DB8:0:0:1:2:3:4'].map(addressGroup);
    expect(new Set(same)).toEqual(new Set(['2001:db8:0:0::/64']));
    expect(addressGroup('2001:db8:0:1::1')).not.toBe(same[0]);
    expect(addressGroup('::1')).toBe('0:0:0:0::/64');
    expect(addressGroup('192.0.2.1')).toBe('192.0.2.1');
  });

  it('is of this machine only where nobody passed the request on', () => {
    expect(['127.0.0.1', '::1', '::ffff:127.0.0.1'].every((one) => isLocal(request(one)))).toBe(true);
    expect(isLocal(request('192.0.2.1'))).toBe(false);
    for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
      expect(isLocal(request('127.0.0.1', { [header]: '203.0.113.7' }))).toBe(false);
    }
  });

  it.each(['10.0.0.0/33', 'localhost', '10.0.0.0/x', '::1/200'])('knows that %s is no network', (entry) => {
    expect(trustedProxies([entry])).toBeUndefined();
  });
});
