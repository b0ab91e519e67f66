import type { Computation } from '../invoice/domain/computation.js';
import { linesView, totalsView } from '../invoice/view.js';
import type { Preview } from './handlers/preview.js';

/** A preview as the schema shows it. What the fees of the next period cover is not known yet. */
export function previewView(preview: Preview & Computation) {
  const { basis, nextFrom } = preview;
  return {
    customer: { id: basis.customerId },
    subscription: { id: basis.subscriptionId ?? '' },
    currency: basis.currency,
    period: basis.period,
    lines: linesView(preview).map(({ id: _id, period, ...rest }) => ({
      ...rest,
      period: rest.kind === 'FEE' && period.from === nextFrom ? null : period,
    })),
    ...totalsView(preview),
  };
}
