import { controlKeys, createControlCore } from "@netpunch/control/core";
export const keys = await controlKeys("x");
export const core = createControlCore({ secret: "x" });
export const outputs = core.handle(0, { type: "start" });
export const { handle, deadline } = core;
export const options = (...args: Parameters<typeof createControlCore>) => args[0];
