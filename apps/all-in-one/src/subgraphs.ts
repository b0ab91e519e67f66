import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import type { CreateSubgraph } from '@tollgate/runtime/service/service';

/** Subgraphs are found by their path: nobody can import one, and this is the one place that puts them together. */
export async function loadSubgraphs(): Promise<readonly CreateSubgraph[]> {
  const modules = await Promise.all(SUBGRAPHS.map((name) => loadBuilt(`subgraphs/${name}/dist/main.js`)));
  return (modules as { create: CreateSubgraph }[]).map((module) => module.create);
}

/** A built part of this installation, by its path. */
export function loadBuilt(path: string): Promise<unknown> {
  return import(new URL(`../../../${path}`, import.meta.url).href);
}
