import { z } from "zod";

import { appSettings } from "../app-settings/schema.ts";
import { checks } from "../checks/schema.ts";

/** The names it may have, looked for in this order at the top of the repository. */
export const pipelineFileNames = ["berth.json", "berth.yml", "berth.yaml"] as const;
/** Bytes. */
export const pipelineFileMaxBytes = 64 * 1024;

const insidePath = z
  .string()
  .trim()
  .min(1)
  .max(512)
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\p{Cc}]+$/u, "Use a path inside the repository, such as docker/Dockerfile.");

const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "A variable's name has letters, digits and underscores, and begins with no digit.");

const checklist = z
  .array(
    z
      .string()
      .trim()
      .min(1, "Write the item.")
      .max(200, "Use at most 200 characters.")
      .regex(/^[^\p{Cc}]*$/u, "Leave out control characters."),
  )
  .max(50, "Use at most 50 items.");

const variables = z.array(variableName).max(200, "Name at most 200 variables.");

/** What a commit may say for one stage; the page's own checks run as well. */
const stageSection = z.strictObject({
  checks: checks.optional(),
  checklist: checklist.optional(),
  variables: variables.optional(),
});

/**
 * What a repository may say of its own pipeline: how it is built, run and tested. Gates, rights, freezes, approvals and clusters are not here:
 * a commit must not decide how it is judged.
 */
export const pipelineFile = z.strictObject({
  $schema: z.string().max(2_048).optional(),
  build: z.strictObject({ dockerfile: insidePath.optional(), context: insidePath.optional() }).optional(),
  /** The port the app listens on inside its container. */
  port: z.number().int().min(1).max(65_535).optional(),
  health: z
    .strictObject({
      path: z
        .string()
        .max(512)
        .regex(/^\/[\x21-\x7e]*$/, "A health path begins with a slash, e.g. /healthz.")
        .optional(),
    })
    .optional(),
  app: appSettings.optional(),
  /** Before every stage. */
  checks: checks.optional(),
  /** What a tester ticks off before his verdict. */
  checklist: checklist.optional(),
  /** Names of variables that must be set before the app can run; never their values. */
  variables: variables.optional(),
  stages: z
    .record(z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, "Use the name of a stage, e.g. staging."), stageSection)
    .refine((stages) => Object.keys(stages).length <= 20, "Name at most 20 stages.")
    .optional(),
});
export type PipelineFile = z.output<typeof pipelineFile>;

/** Words people look for in vain, and where that is decided instead. */
export const decidedElsewhere: Readonly<Record<string, string>> = {
  gate: "Gates are set on the pipeline page.",
  gates: "Gates are set on the pipeline page.",
  verdict: "Gates are set on the pipeline page.",
  verdictRequired: "Gates are set on the pipeline page.",
  approvals: "Approvals are set on the pipeline page.",
  approvalsRequired: "Approvals are set on the pipeline page.",
  who: "Who may do what is set on the permissions page.",
  roles: "Who may do what is set on the permissions page.",
  permissions: "Who may do what is set on the permissions page.",
  freeze: "Freeze windows are set on the pipeline page.",
  freezes: "Freeze windows are set on the pipeline page.",
  cluster: "The cluster is chosen in the project’s settings.",
  public: "Whether a stage answers everybody is set on the pipeline page.",
  secrets: "Values of variables are set on the variables page, never in the repository.",
  env: "Values of variables are set on the variables page, never in the repository.",
  environment: "Values of variables are set on the variables page, never in the repository.",
  instances: "Sizes are set on the pipeline page.",
  cpus: "Sizes are set on the pipeline page.",
  mem: "Sizes are set on the pipeline page.",
};

/** The published JSON Schema, for editors. */
export function pipelineFileJsonSchema(): string {
  const schema = z.toJSONSchema(pipelineFile, { io: "input", unrepresentable: "any" });
  return `${JSON.stringify({ ...schema, title: "berth.json", description: "How Berth builds, runs and tests this repository." }, null, 2)}\n`;
}
