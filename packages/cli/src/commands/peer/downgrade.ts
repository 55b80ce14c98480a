import type { Hole, PeerEvent } from "@netpunch/peer";
import type { Observer } from "@netpunch/transport";
import { type Meeting, partnerOf } from "../../command-line/meeting.js";

/** Follows which protocol "auto" takes, as a hole of v1 where v2 was hoped for is one to be told of. */
export class Downgrade implements Observer<PeerEvent> {
  readonly #meeting: Meeting;
  #why = "the partner or control speaks no other";

  constructor(meeting: Meeting) {
    this.#meeting = meeting;
  }

  event(event: PeerEvent): void {
    if (event.type === "protocol" && event.protocol === "both") this.#why = event.why;
  }

  /** Why the hole was made with v1; null where it was not, or where that was asked for. */
  of({ protocol }: Pick<Hole, "protocol">): string | null {
    const open = this.#meeting.type === "slot" && this.#meeting.protocol === "auto";
    return open && protocol === "v1" ? this.#why : null;
  }

  /** What is said aloud of it. */
  warning(why: string): string {
    return `the hole to ${partnerOf(this.#meeting)} was made with protocol v1 (${why}): whoever sees its messages can replay them, so let the program that uses the hole authenticate its partner`;
  }
}
