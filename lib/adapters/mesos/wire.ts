import { z } from "zod";

const agentSchema = z.object({ id: z.string(), pid: z.string().max(300).catch(""), hostname: z.string().catch("") });

/** Of the master's `GET /slaves`. */
export const agentsSchema = z.object({ slaves: z.array(agentSchema) });
export type WireAgent = z.infer<typeof agentSchema>;

const namedSchema = z.object({ id: z.string(), state: z.string().optional().catch(undefined) });
const tasksSchema = z.array(namedSchema).nullish().catch([]);
const executorSchema = z.object({
  id: z.string().catch(""),
  directory: z.string().max(4096).catch(""),
  type: z.string().nullish().catch(null),
  tasks: tasksSchema,
  queued_tasks: tasksSchema,
  completed_tasks: tasksSchema,
});
const frameworkSchema = z.object({
  id: z.string(),
  executors: z.array(executorSchema).nullish().catch([]),
  completed_executors: z.array(executorSchema).nullish().catch([]),
});

/** Of an agent's `GET /state`. */
export const agentStateSchema = z.object({
  frameworks: z.array(frameworkSchema).nullish().catch([]),
  completed_frameworks: z.array(frameworkSchema).nullish().catch([]),
});
export type WireAgentState = z.infer<typeof agentStateSchema>;

/** Of an agent's `GET /files/read`; `data` with one character per byte. */
export const fileChunkSchema = z.object({ data: z.string(), offset: z.number().int().nonnegative() });

/** `slave(1)@10.0.0.5:5051` → `10.0.0.5:5051`; null when it is something else. */
export function addressOfPid(pid: string): string | null {
  const match = /@(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(pid);
  return match === null || Number(match[2]) > 65_535 ? null : `${match[1]}:${match[2]}`;
}

/** Where the sandbox of a task is on its agent, or null when the agent has forgotten the task. The newest executor wins. */
export function sandboxOf(state: WireAgentState, frameworkId: string, taskId: string): string | null {
  const frameworks = [...(state.frameworks ?? []), ...(state.completed_frameworks ?? [])].filter(
    (framework) => framework.id === frameworkId,
  );
  const executors = frameworks.flatMap((framework) => [...(framework.executors ?? []), ...(framework.completed_executors ?? [])]);
  for (const executor of executors) {
    if (executor.directory === "") continue;
    // For plain and Docker apps the executor is called like the task; pods share one executor among their tasks.
    if (executor.id === taskId) return executor.directory;
    const tasks = [...(executor.tasks ?? []), ...(executor.queued_tasks ?? []), ...(executor.completed_tasks ?? [])];
    if (tasks.some((task) => task.id === taskId))
      return executor.type === "DEFAULT" ? `${executor.directory}/tasks/${taskId}` : executor.directory;
  }
  return null;
}
