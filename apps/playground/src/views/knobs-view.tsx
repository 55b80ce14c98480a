import type { Dependence } from "@netpunch/simnet";
import type { Knobs, SideName } from "../run/choices.js";
import { choices, choose } from "./state.js";

const DEPENDENCES: readonly (readonly [Dependence, string])[] = [
  ["endpoint-independent", "endpoint-independent"],
  ["address-dependent", "address-dependent"],
  ["address-and-port-dependent", "address- and port-dependent"],
];
const ALLOCATIONS = [
  ["preserving", "preserving"],
  ["sequential", "one after the other"],
  ["random", "random"],
] as const;
const SWITCH = [
  ["off", "off"],
  ["on", "on"],
] as const;

/** A NAT by the behaviours of RFC 4787. */
export function KnobsView({ side }: { readonly side: SideName }) {
  const { knobs } = choices.value[side];
  const turn = (change: Partial<Knobs>) =>
    choose({ ...choices.value, [side]: { place: "custom", knobs: { ...knobs, ...change } } });
  return (
    <div class="knobs">
      <Knob
        name="Mapping"
        id={`${side}-mapping`}
        value={knobs.mapping}
        options={DEPENDENCES}
        onTurn={(mapping) => turn({ mapping })}
      />
      <Knob
        name="Filtering"
        id={`${side}-filtering`}
        value={knobs.filtering}
        options={DEPENDENCES}
        onTurn={(filtering) => turn({ filtering })}
      />
      <Knob
        name="Ports"
        id={`${side}-ports`}
        value={knobs.allocation}
        options={ALLOCATIONS}
        onTurn={(allocation) => turn({ allocation })}
      />
      <Knob
        name="Hairpin"
        id={`${side}-hairpin`}
        value={knobs.hairpin}
        options={SWITCH}
        onTurn={(hairpin) => turn({ hairpin })}
      />
      <label>
        Lifetime, s
        <input
          type="number"
          min="1"
          max="3600"
          value={knobs.lifetimeS}
          onChange={({ currentTarget: { valueAsNumber } }) => {
            if (valueAsNumber >= 1 && valueAsNumber <= 3600) turn({ lifetimeS: Math.round(valueAsNumber) });
          }}
        />
      </label>
    </div>
  );
}

interface KnobProps<Value extends string> {
  readonly name: string;
  readonly id: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onTurn: (value: Value) => void;
}

function Knob<Value extends string>({ name, id, value, options, onTurn }: KnobProps<Value>) {
  return (
    <label for={id}>
      {name}
      <select id={id} value={value} onChange={(event) => onTurn(event.currentTarget.value as Value)}>
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
