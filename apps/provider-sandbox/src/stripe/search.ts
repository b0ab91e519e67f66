import type { Intent } from './objects.js';

const CLAUSE = /^(?:metadata\[["']([^"']+)["']\]|(status|customer|currency))\s*:\s*["']([^"']*)["']$/;

/** Answers Stripe's search language as far as it is conjunctions of equalities; anything else matches nothing. */
export function matchesSearch(query: string, intent: Intent): boolean {
  return query.split(/\s+AND\s+/).every((clause) => matchesClause(clause.trim(), intent));
}

function matchesClause(clause: string, intent: Intent): boolean {
  const [, metadata, field, value] = CLAUSE.exec(clause) ?? [];
  if (value === undefined) return false;
  if (metadata !== undefined) return intent.metadata[metadata] === value;
  if (field === 'status') return intent.status === value;
  return field === 'customer' ? intent.customer === value : intent.currency === value;
}
