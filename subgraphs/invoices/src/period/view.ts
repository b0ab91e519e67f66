import type { Period } from '@tollgate/kernel/time/time';
import { ComputedLineView, ComputedView } from '../invoice/view.js';
import type { Computation, Line } from '../invoice/domain/computation.js';
import type { Preview } from './handlers/preview.js';

/** A preview as the schema shows it. What the fees of the next period cover is not known yet. */
export function previewView(preview: Preview & Computation) {
  return new PreviewView(preview);
}

class PreviewView extends ComputedView {
  readonly __typename = 'InvoicePreview';
  readonly #preview: Preview & Computation;

  constructor(preview: Preview & Computation) {
    super(preview);
    this.#preview = preview;
  }

  get subscription() {
    return { id: this.#preview.basis.subscriptionId ?? '' };
  }

  get lines() {
    return this.#preview.lines.map((line) => new PreviewLineView(line, this.#preview));
  }
}

class PreviewLineView extends ComputedLineView {
  readonly period: Period | null;

  constructor(line: Line, { basis, nextFrom }: Preview) {
    super(line, basis.currency);
    this.period = line.kind === 'fee' && line.period.from === nextFrom ? null : line.period;
  }
}
