import { createHmac } from 'node:crypto';
import { expect } from 'vitest';
import type { GraphqlAnswer } from './system.js';

/** No 5xx, no stack trace, no path of ours: whatever was sent. */
export function expectClean(answer: { status: number; text: string }): void {
  expect(answer.status).toBeLessThan(500);
  expect(answer.text).not.toMatch(/\bat .*\.(js|ts):\d+|node_modules|INTERNAL/);
}

/** What the operation's one field, aliased `answer`, says. */
export function answerOf<T>(body: GraphqlAnswer): T {
  return (body.data as unknown as { answer: T }).answer;
}

/** A token with these claims, signed with this secret as an issuer would. */
export function tokenOf(claims: object, secret: string): string {
  const body = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64(claims)}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

/** JSON as it stands in a token. */
export function base64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
