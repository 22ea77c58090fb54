import { auditOperations } from "./audit.ts";
import { environmentOperations } from "./environments.ts";
import { groupOperations } from "./groups.ts";
import { memberOperations } from "./members.ts";
import type { Operation } from "./operation.ts";
import { peopleOperations } from "./people.ts";
import { permissionOperations } from "./permissions.ts";
import { projectOperations } from "./projects.ts";
import { shareLinkOperations } from "./share-links.ts";
import { tokenOperations } from "./tokens.ts";

/** Every operation of the REST interface. What is not here does not exist. */
export const operations: readonly Operation[] = [
  ...projectOperations,
  ...environmentOperations,
  ...peopleOperations,
  ...groupOperations,
  ...memberOperations,
  ...permissionOperations,
  ...tokenOperations,
  ...shareLinkOperations,
  ...auditOperations,
];
