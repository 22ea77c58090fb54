import { environmentOperations } from "./environments.ts";
import type { Operation } from "./operation.ts";
import { projectOperations } from "./projects.ts";

/** Every operation of the REST interface. What is not here does not exist. */
export const operations: readonly Operation[] = [...projectOperations, ...environmentOperations];
