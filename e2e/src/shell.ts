/** What a user's shell would have: nothing of the npm, npx or pnpm that started the tests and told its children so. */
export const userEnvironment: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")),
);
