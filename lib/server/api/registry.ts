import { appSettingOperations } from "./app-settings.ts";
import { auditOperations } from "./audit.ts";
import { boardOperations } from "./board.ts";
import { clusterOperations } from "./clusters.ts";
import { environmentOperations } from "./environments.ts";
import { groupOperations } from "./groups.ts";
import { imageOperations } from "./images.ts";
import { jobOperations } from "./jobs.ts";
import { measureOperations } from "./measures.ts";
import { memberOperations } from "./members.ts";
import { notificationOperations } from "./notifications.ts";
import type { Operation } from "./operation.ts";
import { peopleOperations } from "./people.ts";
import { permissionOperations } from "./permissions.ts";
import { pipelineOperations } from "./pipeline.ts";
import { projectOperations } from "./projects.ts";
import { promotionOperations } from "./promotions.ts";
import { pullRequestOperations } from "./pull-requests.ts";
import { releaseNoteOperations } from "./release-notes.ts";
import { shareLinkOperations } from "./share-links.ts";
import { tokenOperations } from "./tokens.ts";
import { utilisationOperations } from "./utilisation.ts";
import { verdictOperations } from "./verdicts.ts";
import { webhookOperations } from "./webhooks.ts";

/** Every operation of the REST interface. What is not here does not exist. */
export const operations: readonly Operation[] = [
  ...projectOperations,
  ...boardOperations,
  ...environmentOperations,
  ...peopleOperations,
  ...groupOperations,
  ...clusterOperations,
  ...utilisationOperations,
  ...measureOperations,
  ...memberOperations,
  ...permissionOperations,
  ...tokenOperations,
  ...promotionOperations,
  ...pullRequestOperations,
  ...releaseNoteOperations,
  ...shareLinkOperations,
  ...verdictOperations,
  ...auditOperations,
  ...jobOperations,
  ...appSettingOperations,
  ...pipelineOperations,
  ...notificationOperations,
  ...webhookOperations,
  ...imageOperations,
];
