/** Gives root's privileges up for good. */
if (process.getuid?.() === 0) process.setuid?.("nobody");
