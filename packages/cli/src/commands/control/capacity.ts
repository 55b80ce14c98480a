import { type Budgets, DEFAULT_BUDGETS } from "@netpunch/control";

/** docs/protocol-v2.md: each holder of a place announces itself every 15 s, some 20 % sooner or later. */
const KEEPALIVE_S = 15;
/** chosen: whoever control has forgotten is challenged first, and says everything twice. */
const ANNOUNCES = 2;

/** chosen: as by default, four for each binding, as all of a source start at once after a power cut. */
const FRAMES_PER_BINDING = 4;

/** How many peers control is to have room for: in all, and from one address; null for the default. */
export interface Capacity {
  readonly maxBindings: number | null;
  readonly maxPerSource: number | null;
}

/** Control's budgets with room for so many peers, and for all that they say; never less said than by default. */
export function budgetsFor({ maxBindings, maxPerSource }: Capacity): Partial<Budgets> {
  return {
    ...(maxBindings === null ? {} : inAll(maxBindings)),
    ...(maxPerSource === null ? {} : fromOne(maxPerSource)),
  };
}

function fromOne(bindingsPerSource: number): Partial<Budgets> {
  const { framesPerSourcePerSecond, challengesPerSourcePerSecond } = DEFAULT_BUDGETS;
  return {
    bindingsPerSource,
    framesPerSourcePerSecond: Math.max(framesPerSourcePerSecond, FRAMES_PER_BINDING * bindingsPerSource),
    challengesPerSourcePerSecond: Math.max(challengesPerSourcePerSecond, bindingsPerSource),
  };
}

function inAll(bindings: number): Partial<Budgets> {
  const perSecond = Math.ceil((bindings * ANNOUNCES) / KEEPALIVE_S);
  return {
    bindings,
    framesPerSecond: Math.max(DEFAULT_BUDGETS.framesPerSecond, perSecond),
    challengesPerSecond: Math.max(DEFAULT_BUDGETS.challengesPerSecond, perSecond),
  };
}
