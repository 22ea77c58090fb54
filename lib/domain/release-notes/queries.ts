import { type Actor, may } from "../access/policy.ts";
import { type ProjectHead, type Reader, headOf, openEvents, readProject } from "../projects/head.ts";
import { kindsWhere } from "../projects/visible.ts";
import { type RangeView, readRangeView } from "../promotions/range-view.ts";
import { type Note, composeNote, issueUrl, noteText } from "./compose.ts";
import { loadNote, maySee } from "./load.ts";

export interface NoteHead {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly edited: boolean;
  readonly createdBy: string;
  readonly createdAt: Date;
}

export interface NotesPage {
  readonly project: ProjectHead;
  readonly eventsUrl: string;
  readonly notes: readonly NoteHead[];
  /** What can be compared, as the command takes it. */
  readonly sides: ReadonlyArray<{ readonly value: string; readonly label: string; readonly group: "Environments" | "Tags" }>;
}

export interface NotePage {
  readonly project: ProjectHead;
  readonly eventsUrl: string;
  readonly head: NoteHead;
  readonly version: number;
  readonly editedBy: string | null;
  readonly editedAt: Date | null;
  readonly range: RangeView;
  readonly note: Note;
  /** As somebody wrote it, else as it is made from the commits. */
  readonly text: string;
  /** What the subjects name, and where the forge keeps it, as far as that is known. */
  readonly issues: ReadonlyArray<{ readonly number: number; readonly url: string | null }>;
  readonly mayEdit: boolean;
}

const [notesShown, notesRead, sidesShown] = [50, 200, 200];

/** The notes of a project that are for the viewer's eyes, the newest first, and what he may compare. */
export async function listNotes(reader: Reader, actor: Actor, slug: string): Promise<NotesPage> {
  const project = await readProject(reader, actor, slug);
  const { database } = reader;
  const eventsUrl = await openEvents(reader);
  const kinds = kindsWhere(actor, "view", project.id);
  const [notes, tags, environments] = await Promise.all([
    database.releaseNote.findMany({ where: { projectId: project.id }, orderBy: { createdAt: "desc" }, take: notesRead }),
    database.ref.findMany({
      where: { projectId: project.id, kind: "tag", goneAt: null },
      orderBy: { changedAt: "desc" },
      take: sidesShown,
      select: { name: true },
    }),
    database.environment.findMany({
      where: { projectId: project.id, destroyedAt: null, liveReleaseId: { not: null }, stage: { kind: { in: kinds } } },
      orderBy: [{ stage: { position: "desc" } }, { changedAt: "desc" }],
      take: sidesShown,
      select: { name: true },
    }),
  ]);
  return {
    project: headOf(reader.settings, actor, project),
    eventsUrl: eventsUrl(project.id),
    notes: notes
      .filter((note) => maySee(actor, note))
      .slice(0, notesShown)
      .map(noteHeadOf),
    sides: [
      ...environments.map(({ name }) => ({ value: `environment:${name}`, label: name, group: "Environments" as const })),
      ...tags.map(({ name }) => ({ value: `tag:${name}`, label: name, group: "Tags" as const })),
    ],
  };
}

/** One note with its commits. */
export async function getNote(reader: Reader, actor: Actor, id: string): Promise<NotePage> {
  const eventsUrl = await openEvents(reader);
  const row = await loadNote(reader.database, actor, id);
  const { projectId } = row;
  const [project, range] = await Promise.all([
    readProject(reader, actor, row.project.slug),
    readRangeView(reader.database, projectId, row.fromCommit, row.toCommit),
  ]);
  const note = composeNote(range.state === "known" ? range.commitsIn : []);
  return {
    project: headOf(reader.settings, actor, project),
    eventsUrl: eventsUrl(projectId),
    head: noteHeadOf(row),
    version: row.version,
    editedBy: row.body === null ? null : row.editedByName,
    editedAt: row.body === null ? null : row.editedAt,
    range,
    note,
    text: row.body ?? noteText(`${row.fromName} → ${row.toName}`, note),
    issues: note.issues.map((number) => ({ number, url: issueUrl(row.project.repositoryUrl, number) })),
    mayEdit: may(actor, "push", { type: "project", projectId }),
  };
}

function noteHeadOf(row: {
  readonly id: string;
  readonly fromName: string;
  readonly toName: string;
  readonly body: string | null;
  readonly createdByName: string;
  readonly createdAt: Date;
}): NoteHead {
  return {
    id: row.id,
    from: row.fromName,
    to: row.toName,
    edited: row.body !== null,
    createdBy: row.createdByName,
    createdAt: row.createdAt,
  };
}
