import { z } from "zod";

const dayHours = 24;
export const usualHours = 7 * dayHours;
const mostHours = 30 * dayHours;
/** Links of one environment that are open at once. */
export const mostLinks = 50;

export const shareLinkFields = {
  note: z.string().trim().min(1, "Say for whom it is.").max(100),
  expiresInHours: z.coerce.number().int().min(1).max(mostHours).default(usualHours),
};
