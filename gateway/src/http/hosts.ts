import { isIP } from 'node:net';
import type { GatewayConfig } from '../config.js';

/**
 * Whether a gateway answers under this name. One that signs staff in by itself lets in whoever reaches it; a foreign page
 * that has its own name point at this machine (DNS rebinding) must not be among them. Addresses cannot be rebound.
 */
export function hostCheck({
  staff,
  host,
  allowedHosts,
}: Pick<GatewayConfig, 'staff' | 'host' | 'allowedHosts'>): (header: string | undefined) => boolean {
  if (staff.kind !== 'dev') return () => true;
  const names = new Set(['localhost', host.toLowerCase(), ...allowedHosts.map((name) => name.toLowerCase())]);
  return (header = '') => {
    const name = nameIn(header);
    return isIP(name) !== 0 || names.has(name) || name.endsWith('.localhost');
  };
}

/** A `Host` header without port, brackets and the dot of the root. */
function nameIn(header: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(header)?.[1];
  return (bracketed ?? header.replace(/:\d+$/, '')).toLowerCase().replace(/\.$/, '');
}
