import { type ControlEvent, type ControlOptions, createDescriber, startControl } from "@netpunch/control";

type Observer = NonNullable<ControlOptions["observers"]>[number];
export const control = await startControl({ local: ":1", secret: "x" });
export const { addresses, closed, protocols } = control;
export const kept = control.keptEnds();
export const stats = control.stats();
export const v2 = stats.v2;
export const observers = (options: ControlOptions) => options.observers;
export const secret = (options: ControlOptions) => options.secret;
export const event = (event: ControlEvent) => event;
export const seen = (...args: Parameters<NonNullable<Observer["datagram"]>>) => args;
export const describer = createDescriber;
