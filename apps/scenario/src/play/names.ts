/** What the names of a scenario can mean. */
export type Kind =
  | 'meter'
  | 'plan'
  | 'planVersion'
  | 'customer'
  | 'subscription'
  | 'invoice'
  | 'addon'
  | 'coupon'
  | 'contract'
  | 'quote';

/** The local names of one tenant and the ids that the API gave. */
export class Names {
  readonly #ids = new Map<string, string>();
  readonly #names = new Map<string, string>();

  /** Remembers an id; a name that is taken keeps the first one. */
  keep(kind: Kind, name: string, id: string): void {
    const place = `${kind}:${name}`;
    if (!this.#ids.has(place)) this.#ids.set(place, id);
    if (!this.#names.has(id)) this.#names.set(id, name);
  }

  find(kind: Kind, name: string): string | undefined {
    return this.#ids.get(`${kind}:${name}`);
  }

  /** The name of an id; the id itself where nobody named it, so that a comparison shows it. */
  nameOf(id: string): string {
    return this.#names.get(id) ?? id;
  }
}
