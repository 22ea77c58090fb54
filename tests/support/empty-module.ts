/** Stands for `server-only` and `client-only`, which refuse to load outside Next.js. */
export {};
