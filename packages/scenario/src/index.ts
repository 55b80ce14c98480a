export {
  CONTROL,
  type Drill,
  type Meeting,
  type MeetingOptions,
  meet,
  type Place,
  type Side,
  talk,
} from "./meeting.js";
export { canMeet, type NatFacts } from "./reachability.js";
