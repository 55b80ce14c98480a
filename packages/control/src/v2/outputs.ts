import type { Output } from "@netpunch/transport";
import type { ControlEvent } from "../events.js";

/** What an input comes to; filled on the way. */
export type Outputs = Output<ControlEvent>[];
