import { openSocket } from "../../src/node/index.js";
import { ask } from "./asker.js";
import { echoDatagrams } from "./echo.js";

/** Opens each address that it is given and tells what came of it; those that serve every address answer over IPv4 too. */
const outcomes = [];
for (const local of process.argv.slice(2)) {
  try {
    const bound = await openSocket(local);
    const driver = echoDatagrams([bound]);
    const answeredFrom = local.startsWith(":") ? await ask("127.0.0.1", "127.0.0.1", bound.local.port) : undefined;
    await driver.close();
    outcomes.push({ address: bound.local.address, family: bound.family, answeredFrom });
  } catch (error) {
    const { name, code, message } = error as { name: string; code: string; message: string };
    outcomes.push({ name, code, message });
  }
}
process.stdout.write(JSON.stringify(outcomes));
