import type { Transaction } from "#lib/platform/database/client.ts";

/** Whose work an image is, as far as anybody knows: nobody of them judges it. */
export interface Authors {
  /** Lower case. */
  readonly emails: ReadonlySet<string>;
  readonly personIds: ReadonlySet<string>;
}

interface Row {
  readonly imageId: string;
  readonly emails: Array<string | null>;
  readonly personIds: Array<string | null>;
}

/**
 * The authors of images by id: author and committer as the commit says them (an image that was made before Berth kept them: as its ref does),
 * who brought the commit into Berth's own Git, and who handed the image over ready-made.
 */
export async function authorsOf(database: Pick<Transaction, "$queryRaw">, imageIds: readonly string[]): Promise<Map<string, Authors>> {
  const rows = await database.$queryRaw<Row[]>`
    SELECT i.id AS "imageId",
      ARRAY[i.author_email, i.committer_email] || ARRAY(
        SELECT r.author_email FROM ref r WHERE i.author_email IS NULL AND r.project_id = i.project_id AND r.commit = i.commit) AS emails,
      ARRAY[i.handed_over_by_id] || ARRAY(
        SELECT c.person_id FROM commit_push c WHERE c.project_id = i.project_id AND c.commit = i.commit) AS "personIds"
    FROM image i WHERE i.id = ANY(${[...imageIds]}::uuid[])`;
  return new Map(
    rows.map((row) => [
      row.imageId,
      {
        emails: new Set(row.emails.flatMap((email) => (email === null || email.trim() === "" ? [] : [email.trim().toLowerCase()]))),
        personIds: new Set(row.personIds.flatMap((id) => (id === null ? [] : [id]))),
      },
    ]),
  );
}

/** Whether the image is this person's own work. */
export function isOwnWork(authors: Authors | undefined, person: { readonly id: string | null; readonly email: string | null }): boolean {
  if (authors === undefined) return false;
  if (person.id !== null && authors.personIds.has(person.id)) return true;
  return person.email !== null && authors.emails.has(person.email.trim().toLowerCase());
}
