import { parseInstant, toMs, type Instant } from '@tollgate/kernel/time/time';

const PLAIN_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{1,6})?Z$/;
const FRACTION = /\.\d{3}(\d{1,3})/;
const SECOND_MS = 1_000;
/** Earlier than this, Postgres and RFC 3339 count years differently. */
const YEAR_ONE_MS = toMs('0001-01-01T00:00:00.000Z' as Instant);

/** Reads timestamps, remembering the minute: events of a report are near each other. */
export class MinuteMemo {
  #minute = '';
  #ms = 0;

  read(text: string): { readonly at: string; readonly ms: number } | null {
    if (!PLAIN_TIME.test(text)) return readAnyTime(text);
    const minute = text.slice(0, 16);
    if (minute !== this.#minute) {
      const start = parseInstant(`${minute}:00Z`);
      if (start === null || toMs(start) < YEAR_ONE_MS) return null;
      this.#minute = minute;
      this.#ms = toMs(start);
    }
    const seconds = Number(text.slice(17, 19));
    const fractionMs = text.length > 20 ? Number(text.slice(20, -1).slice(0, 3).padEnd(3, '0')) : 0;
    return { at: text, ms: this.#ms + seconds * SECOND_MS + fractionMs };
  }
}

/** Any RFC 3339 form, brought to UTC; digits beyond microseconds are cut. */
function readAnyTime(text: string): { readonly at: string; readonly ms: number } | null {
  const instant = parseInstant(text);
  if (instant === null || toMs(instant) < YEAR_ONE_MS) return null;
  const micros = FRACTION.exec(text)?.[1] ?? '';
  return { at: `${instant.slice(0, -1)}${micros}Z`, ms: toMs(instant) };
}
