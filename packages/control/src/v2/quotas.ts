import type { Instant } from "@netpunch/transport";
import { Allowances } from "../allowance.js";
import type { Budgets } from "../budgets.js";
import { sourceCell } from "../source.js";
import type { Binding } from "./binding.js";
import { powerOfTwo } from "./binding-index.js";

/** chosen: so many that honest sources hardly ever share one; 20 bytes for each. */
const CELLS_PER_BINDING = 2;
const FEWEST_CELLS = 4096;

/** Why a frame is not heeded although it is genuine. */
export type OverQuota = "source-bindings" | "source-budget" | "total-budget";

/** Counts what each source, and all of them, have and ask for. Memory is fixed when they are made. */
export class Quotas {
  readonly #cells: number;
  readonly #seed: number;
  readonly #bindings: Uint32Array;
  readonly #bindingsPerSource: number;
  readonly #framesPerSource: Allowances;
  readonly #frames: Allowances;
  readonly #challengesPerSource: Allowances;
  readonly #challenges: Allowances;

  constructor(budgets: Budgets, seed: number) {
    const { framesPerSourcePerSecond, framesPerSecond, challengesPerSourcePerSecond, challengesPerSecond } = budgets;
    this.#cells = powerOfTwo(Math.max(budgets.bindings * CELLS_PER_BINDING, FEWEST_CELLS));
    this.#seed = seed;
    this.#bindings = new Uint32Array(this.#cells);
    this.#bindingsPerSource = budgets.bindingsPerSource;
    this.#framesPerSource = new Allowances(this.#cells, framesPerSourcePerSecond, framesPerSourcePerSecond);
    this.#frames = new Allowances(1, framesPerSecond, framesPerSecond);
    this.#challengesPerSource = new Allowances(this.#cells, challengesPerSourcePerSecond, challengesPerSourcePerSecond);
    this.#challenges = new Allowances(1, challengesPerSecond, challengesPerSecond);
  }

  cellOf(address: string): number {
    return sourceCell(address, this.#cells, this.#seed);
  }

  /** Takes what a frame of a proved source uses up; what is over quota uses up nothing. */
  takeFrame(cell: number, now: Instant): OverQuota | null {
    return take(this.#framesPerSource, this.#frames, cell, now);
  }

  /**
   * Takes what a CHALLENGE uses up. Counted apart: who replays announces from forged addresses can use these up, and
   * with them nothing of those who have their place.
   */
  takeChallenge(cell: number, now: Instant): OverQuota | null {
    return take(this.#challengesPerSource, this.#challenges, cell, now);
  }

  /** Whether a source may have one more binding than it has. */
  hasRoom(cell: number): boolean {
    return (this.#bindings[cell] ?? 0) < this.#bindingsPerSource;
  }

  count(binding: Binding, cell: number): void {
    this.#bindings[cell] = (this.#bindings[cell] ?? 0) + 1;
    binding.cell = cell;
  }

  uncount({ cell }: Binding): void {
    this.#bindings[cell] = (this.#bindings[cell] ?? 0) - 1;
  }
}

function take(perSource: Allowances, total: Allowances, cell: number, now: Instant): OverQuota | null {
  if (!total.has(0, now)) return "total-budget";
  if (!perSource.has(cell, now)) return "source-budget";
  total.take(0, now);
  perSource.take(cell, now);
  return null;
}
