import { type BoundSocket, type DriveOptions, type Driver, drive } from "../../src/node/index.js";

export function echoDatagrams(sockets: readonly BoundSocket[], options: Partial<DriveOptions<never>> = {}): Driver {
  const handle: Parameters<typeof drive<never>>[0]["handle"] = (_now, input) =>
    input.type === "datagram" ? [{ type: "send", datagram: input.datagram }] : [];
  return drive<never>({ deadline: null, handle }, { sockets, ...options });
}
