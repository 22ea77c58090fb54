import type Docker from "dockerode";

/** A connected Docker Engine: dockerode's transport. Everything it answers is input and is checked before use. */
export type Engine = Docker;
