import { type Budgets, DEFAULT_BUDGETS } from "@netpunch/control";

/** docs/protocol-v2.md: each holder of a place announces itself every 15 s, some 20 % sooner or later. */
const KEEPALIVE_S = 15;
/** chosen: whoever control has forgotten is challenged first, and says everything twice. */
const ANNOUNCES = 2;

/** Control's budgets with room for so many bindings, and for all that they say; never less than by default. */
export function budgetsFor(bindings: number): Partial<Budgets> {
  const perSecond = Math.ceil((bindings * ANNOUNCES) / KEEPALIVE_S);
  return {
    bindings,
    framesPerSecond: Math.max(DEFAULT_BUDGETS.framesPerSecond, perSecond),
    challengesPerSecond: Math.max(DEFAULT_BUDGETS.challengesPerSecond, perSecond),
  };
}
