import type { RunKind } from './kind.js';
import { run as aggregate } from './kinds/aggregate.js';
import { run as allocate } from './kinds/allocate.js';
import { run as commitment } from './kinds/commitment.js';
import { run as creditNote } from './kinds/credit_note.js';
import { run as cycle } from './kinds/cycle.js';
import { run as dunning } from './kinds/dunning.js';
import { run as invoice } from './kinds/invoice.js';
import { run as price } from './kinds/price.js';
import { run as progressive } from './kinds/progressive.js';
import { run as prorate } from './kinds/prorate.js';
import { run as recognise } from './kinds/recognise.js';
import { run as round } from './kinds/round.js';
import { run as tax } from './kinds/tax.js';

/** Every kind of case and what runs it. */
export const KINDS: ReadonlyMap<string, RunKind> = new Map<string, RunKind>([
  ['aggregate', aggregate],
  ['allocate', allocate],
  ['commitment', commitment],
  ['credit_note', creditNote],
  ['cycle', cycle],
  ['dunning', dunning],
  ['invoice', invoice],
  ['price', price],
  ['progressive', progressive],
  ['prorate', prorate],
  ['recognise', recognise],
  ['round', round],
  ['tax', tax],
]);
