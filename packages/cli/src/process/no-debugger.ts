/**
 * Without a listener, SIGUSR1 makes node open its debugger on a port of this machine, and whoever reaches that port runs
 * code as this user: root, under a VPN's unit. Imported first of all; a command that has an answer to the signal adds it.
 */
process.on("SIGUSR1", () => {});
