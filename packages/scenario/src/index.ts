export { type ControlSecret, keysOfControl, peerKeys, SECRET } from "./keys.js";
export { type Meeting, type MeetingOptions, meet, type Parts, type Side, talk } from "./meeting.js";
export { type NatGrid, natGrid } from "./nat-grid.js";
export type { Outcome } from "./outcome.js";
export type { Ip, Place } from "./place.js";
export { CONTROL, type Drill, type Protocol, type RunningPeer, runControl } from "./program.js";
export { canMeet, type NatFacts } from "./reachability.js";
export { type Obstacle, reach, type SharedNat, type Standing, type Way } from "./v2-reachability.js";
