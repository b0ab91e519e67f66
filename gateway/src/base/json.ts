import { parseExactJson } from '@tollgate/kernel/json';
import { rejection } from './errors.js';

/** A text as JSON, numbers that would lose digits as texts; throws BAD_REQUEST where it is none. */
export function jsonOf(text: Buffer | string): unknown {
  try {
    return parseExactJson(text.toString());
  } catch {
    throw rejection('BAD_REQUEST', 'The request is not readable as JSON');
  }
}
