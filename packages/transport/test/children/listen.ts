import { openListeners } from "../../src/node/index.js";
import { echoDatagrams } from "./echo.js";

/** What a server without a host listens on here. */
const listeners = await openListeners(":0");
await echoDatagrams(listeners).close();
process.stdout.write(JSON.stringify(listeners.map(({ local, family }) => `${family} ${local.address}`).sort()));
