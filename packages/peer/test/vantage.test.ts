import { parseEndpoint } from "@netpunch/wire";
import { describe, expect, it } from "vitest";
import { besideControl } from "../src/vantage.js";

const CONTROL = "203.0.113.1:7777";
const US = "198.51.100.2:5000";

function beside(control: string, seen: string, observed: string | null) {
  const at = (text: string) => parseEndpoint(text) ?? expect.fail(text);
  return besideControl(at(control), at(seen), observed === null ? null : at(observed));
}

describe("a partner that control saw at a private address", () => {
  it.each(["192.168.0.10:5000", "10.1.2.3:5000", "172.16.0.1:5000", "100.64.0.2:5000", "127.0.0.1:5000"])(
    "%s may be beside control, at its own port",
    (seen) => {
      expect(beside(CONTROL, seen, US)).toEqual({ address: "203.0.113.1", port: 5000 });
      expect(beside(CONTROL, seen, null), "v1 does not tell where it sees us").not.toBeNull();
    },
  );

  it.each([
    ["we reach control inside, too", "192.168.0.5:7777", "192.168.0.10:5000", US],
    ["control sees us inside, too", CONTROL, "192.168.0.10:5000", "192.168.0.11:5000"],
    ["control saw it outside", CONTROL, "198.51.100.9:5000", US],
    ["it would be control itself", CONTROL, "192.168.0.10:7777", US],
    ["its port is a service's", CONTROL, "127.0.0.1:22", US],
    ["it has IPv6, which is not translated", CONTROL, "[fd00::1]:5000", US],
    ["control is reached by IPv6", "[2001:db8::1]:7777", "192.168.0.10:5000", US],
  ])("is nowhere else: %s", (_why, control, seen, observed) => {
    expect(beside(control, seen, observed)).toBeNull();
  });
});
