import { z } from "zod";

import { allowPowers, importApp, setAppSettings } from "#lib/domain/app-settings/commands/set.ts";
import { getAppJson } from "#lib/domain/app-settings/queries-json.ts";
import { getAppLayers, previewImport } from "#lib/domain/app-settings/queries.ts";
import { allowPowersInput, setAppSettingsInput } from "#lib/domain/app-settings/schema.ts";

import { instanceName } from "../instance-name.ts";
import { operation } from "./operation.ts";
import { idParams, slugParams } from "./schemas.ts";

/** Settings go out as they are kept: their shape is that of the request to set them. */
const settings = z.record(z.string(), z.unknown());
const layersSchema = z.object({
  project: settings,
  stages: z.array(
    z.object({
      name: z.string(),
      instances: z.number(),
      cpus: z.number(),
      mem: z.number(),
      own: settings,
      settings,
      sources: z.record(z.string(), z.enum(["default", "file", "project", "stage"])),
    }),
  ),
  allowedPowers: z.array(z.string()).readonly(),
});
const leftSchema = z.object({ line: z.number().nullable(), what: z.string(), why: z.string() });
const importSchema = z.object({
  saved: z.boolean(),
  taken: z.array(z.object({ title: z.string(), before: z.string(), after: z.string() })),
  left: z.array(leftSchema),
  problems: z.array(leftSchema),
});

export const appSettingOperations = [
  operation({
    method: "GET",
    path: "/projects/{slug}/app",
    id: "getAppSettings",
    summary: "How a project's apps are run: what the project and its stages say, and what it comes to",
    tag: "app",
    params: slugParams,
    success: { status: 200, schema: layersSchema },
    run: async ({ services, actor, params }) => {
      const { stages, ...layers } = await getAppLayers(services, actor, params.slug);
      return { ...layers, stages: [...stages] };
    },
  }),
  operation({
    method: "PUT",
    path: "/projects/{slug}/app",
    id: "setAppSettings",
    summary: "Set or inherit settings of the project, or of one of its stages",
    tag: "app",
    params: slugParams,
    body: setAppSettingsInput.omit({ project: true }),
    success: { status: 200, schema: layersSchema },
    async run({ services, actor, params, body }) {
      await setAppSettings.run(services, actor, { ...body, project: params.slug });
      const { stages, ...layers } = await getAppLayers(services, actor, params.slug);
      return { ...layers, stages: [...stages] };
    },
  }),
  operation({
    method: "POST",
    path: "/projects/{slug}/app/import",
    id: "importApp",
    summary: "Take over the body of a POST to Marathon's /v2/apps, or see what would be taken (dryRun)",
    tag: "app",
    params: slugParams,
    body: z.strictObject({
      stage: z.string().min(1).max(64).optional(),
      /** The app as Marathon is sent it; as text, problems name their lines. */
      app: z.union([z.string().min(1).max(1_048_576), z.record(z.string(), z.unknown())]),
      dryRun: z.boolean().default(false),
    }),
    success: { status: 200, schema: importSchema },
    async run({ services, actor, params, body }) {
      const json = typeof body.app === "string" ? body.app : JSON.stringify(body.app, null, 2);
      const input = { project: params.slug, ...(body.stage === undefined ? {} : { stage: body.stage }), json };
      const preview = await previewImport(services, actor, input);
      if (!body.dryRun) await importApp.run(services, actor, input);
      return { saved: !body.dryRun, taken: [...preview.taken], left: [...preview.left], problems: [...preview.problems] };
    },
  }),
  operation({
    method: "PUT",
    path: "/projects/{slug}/app/powers",
    id: "allowPowers",
    summary: "Allow exactly these Docker parameters and addresses although they give power over hosts",
    tag: "app",
    params: slugParams,
    body: allowPowersInput.omit({ project: true }),
    success: { status: 200, schema: z.object({ id: z.uuid() }) },
    run: ({ services, actor, params, body }) => allowPowers.run(services, actor, { ...body, project: params.slug }),
  }),
  operation({
    method: "GET",
    path: "/environments/{id}/app",
    id: "exportApp",
    summary: "The JSON Berth sends to Marathon for an environment, secrets masked",
    tag: "app",
    params: idParams,
    query: z.object({ which: z.enum(["live", "next"]).default("live") }),
    success: { status: 200, schema: settings },
    async run({ services, actor, params, query }) {
      const { json } = await getAppJson(services, actor, params.id, { instance: await instanceName(), which: query.which });
      return settings.parse(JSON.parse(json));
    },
  }),
];
