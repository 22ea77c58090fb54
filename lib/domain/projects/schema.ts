import { z } from "zod";

/** Folder and file paths inside a repository. Checked again where git is asked. */
const repositoryPath = z
  .string()
  .trim()
  .max(512)
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\p{Cc}]+$/u, "Use a path inside the repository, such as docker/Dockerfile.");

export const projectName = z
  .string()
  .trim()
  .min(1, "Give it a name.")
  .max(60, "Use at most 60 characters.")
  .regex(/[\p{L}\p{N}]/u, "Use at least one letter or digit.")
  .regex(/^[^\p{Cc}]+$/u, "Leave out control characters.");

const username = z
  .string()
  .trim()
  .max(200)
  .regex(/^[^\p{Cc}:]*$/u, "A user name holds no colon.")
  .optional();

const tagPattern = z
  .string()
  .trim()
  .min(1)
  .max(100, "A pattern has at most 100 characters.")
  .regex(/^[^\s\p{Cc}~^:?[\\]+$/u, "A pattern is a tag's name, where * stands for any characters.");

/** The patterns of tags that can be made and never moved or deleted. */
export const protectedTagsInput = z.array(tagPattern).max(20, "Use at most twenty patterns.");

export const createProjectInput = z.strictObject({
  name: projectName,
  /** A Git URL; without one the project gets a repository at Berth. */
  repository: z.string().trim().min(1).max(2048).optional(),
  username,
  /** A password or token for https. */
  password: z.string().max(4096).optional(),
  /** Make a deploy key for ssh. */
  sshKey: z.boolean().optional(),
});

export const updateProjectInput = z.strictObject({
  project: z.string().min(1).max(64),
  name: projectName.optional(),
  dockerfilePath: repositoryPath.optional(),
  contextPath: repositoryPath.optional(),
  port: z.number().int().min(1).max(65_535).nullable().optional(),
  healthPath: z
    .string()
    .trim()
    .max(512)
    .regex(/^\/[\x21-\x7e]*$/, "A health path begins with a slash, e.g. /healthz.")
    .optional(),
  healthTimeoutSeconds: z.number().int().min(5).max(3600).optional(),
  /** Globs on tag names: such tags can be made through Berth's Git, never moved or deleted. */
  protectedTags: protectedTagsInput.optional(),
});

export const credentialInput = z.strictObject({
  project: z.string().min(1).max(64),
  kind: z.enum(["none", "basic", "ssh"]),
  username,
  password: z.string().min(1).max(4096).optional(),
});
