import { type ContainerCreateOptions } from "dockerode";

import { appLabel, schedulerLabel, taskLabel } from "./container-spec.ts";
import { EngineFailure, isEngineFailure } from "./engine-failure.ts";
import { type Engine, callLimit, engineCall } from "./engine.ts";

export interface ContainerState {
  readonly id: string;
  /** The engine's word: created, running, paused, restarting, removing, exited, dead. */
  readonly status: string;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  readonly error: string;
  readonly address: string | null;
}

export interface ListedContainer {
  readonly id: string;
  readonly taskId: string;
  readonly appId: string;
  readonly status: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

/**
 * Creates the container. One that an earlier, interrupted try left under the same name is removed first: it may have been made for other ports.
 * Throws when the name belongs to somebody else.
 */
export async function createContainer(engine: Engine, spec: ContainerCreateOptions & { name: string }): Promise<void> {
  try {
    await engineCall(() => engine.createContainer(spec));
  } catch (error) {
    if (!isEngineFailure(error, "conflict")) throw error;
    const existing = await engineCall(() => engine.getContainer(spec.name).inspect());
    const ours =
      existing.Config.Labels[taskLabel] === spec.name && existing.Config.Labels[schedulerLabel] === spec.Labels?.[schedulerLabel];
    if (!ours) throw new EngineFailure("refused", `The container name ${spec.name} is taken.`, error);
    await removeContainer(engine, existing.Id);
    await engineCall(() => engine.createContainer(spec));
  }
}

/** Puts an archive's contents into a folder of a container that does not run yet. */
export async function fillContainer(engine: Engine, id: string, path: string, archive: NodeJS.ReadableStream): Promise<void> {
  await engineCall(() => engine.getContainer(id).putArchive(archive, { path }), 5 * callLimit);
}

/** Starts a container; one that runs already is fine. */
export async function startContainer(engine: Engine, id: string): Promise<void> {
  await unlessAlreadySo(() => engineCall(() => engine.getContainer(id).start()));
}

/** Asks the container to end, and kills it after the grace. Returns when it has ended; gone or ended already is fine. */
export async function stopContainer(engine: Engine, id: string, graceSeconds: number): Promise<void> {
  await unlessAlreadySo(() =>
    engineCall(() => engine.getContainer(id).stop({ t: Math.ceil(graceSeconds) }), graceSeconds * 1_000 + callLimit),
  );
}

/** Removes a container with its anonymous volumes, running or not; gone already is fine. */
export async function removeContainer(engine: Engine, id: string): Promise<void> {
  try {
    await unlessAlreadySo(() => engineCall(() => engine.getContainer(id).remove({ force: true, v: true })));
  } catch (error) {
    if (!isEngineFailure(error, "notFound") && !isEngineFailure(error, "conflict")) throw error;
  }
}

/** Null when there is no such container. */
export async function inspectContainer(engine: Engine, id: string): Promise<ContainerState | null> {
  try {
    const found = await engineCall(() => engine.getContainer(id).inspect(), 15_000);
    const networks = Object.values(found.NetworkSettings.Networks);
    const address = networks.map((network) => network.IPAddress).find((text) => text !== "");
    return {
      id: found.Id,
      status: found.State.Status,
      exitCode: found.State.ExitCode,
      outOfMemory: found.State.OOMKilled,
      error: found.State.Error,
      address: address ?? null,
    };
  } catch (error) {
    if (isEngineFailure(error, "notFound")) return null;
    throw error;
  }
}

/** Every container of this scheduler's, ended ones included, in one call. */
export async function listContainers(engine: Engine, instance: string): Promise<ListedContainer[]> {
  const found = await engineCall(() => engine.listContainers({ all: true, filters: { label: [`${schedulerLabel}=${instance}`] } }), 15_000);
  return found.map((container) => ({
    id: container.Id,
    taskId: container.Labels[taskLabel] ?? "",
    appId: container.Labels[appLabel] ?? "",
    status: container.State,
    createdAt: container.Created * 1_000,
  }));
}

/** 304 means "it is so already"; the client reports it as an error. */
async function unlessAlreadySo(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    const cause = error instanceof EngineFailure ? error.cause : null;
    const status = typeof cause === "object" && cause !== null && "statusCode" in cause ? cause.statusCode : null;
    if (status !== 304) throw error;
  }
}
