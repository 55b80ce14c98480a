import { PROTOCOLS } from "../run/choices.js";
import { DRILLS } from "../run/drills.js";
import { choices, choose } from "./state.js";

/** The names on the buttons. */
export const SHORT = { original: "v1, original timing", v1: "v1", auto: "v2 with an original", v2: "v2" } as const;

export function ProtocolChoice() {
  const { protocol } = choices.value;
  return (
    <fieldset class="segments">
      <legend>Protocol</legend>
      <div>
        {PROTOCOLS.map((each) => (
          <label key={each} class={each === protocol ? "on" : ""}>
            <input
              type="radio"
              name="protocol"
              value={each}
              checked={each === protocol}
              onChange={() => choose({ ...choices.value, protocol: each })}
            />
            {SHORT[each]}
          </label>
        ))}
      </div>
      <p>{DRILLS[protocol].about}</p>
    </fieldset>
  );
}
