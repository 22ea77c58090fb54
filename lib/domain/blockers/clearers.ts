import type { StageKind, Transaction } from "#lib/platform/database/client.ts";

import type { EnvironmentPolicyVerb } from "../access/policy.ts";

const named = 3;
const read = 100;

interface Place {
  readonly projectId: string;
  readonly stageKind: StageKind;
}

export interface Clearer {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** Everybody who may do `verb` there by his roles of now, admins aside. */
export async function peopleWith(database: Pick<Transaction, "$queryRaw">, place: Place, verb: EnvironmentPolicyVerb): Promise<Clearer[]> {
  return database.$queryRaw<Clearer[]>`
    SELECT p.id, p.name, p.email FROM person p
    WHERE p.id IN (SELECT person_id FROM berth_people_who(${place.projectId}::uuid, ${place.stageKind}::"StageKind", ${verb}))
    ORDER BY p.name, p.id LIMIT ${read}`;
}

/** Who can do `verb` there, in words: `any tester of this project: Ada, Tom`. Who `except` says is left out: nobody judges his own work. */
export async function whoCan(
  database: Pick<Transaction, "$queryRaw">,
  place: Place,
  verb: EnvironmentPolicyVerb,
  except: (person: Clearer) => boolean = () => false,
): Promise<string> {
  const people = (await peopleWith(database, place, verb)).filter((person) => !except(person));
  if (people.length === 0) return "any admin";
  const names = people.slice(0, named).map(({ name }) => name);
  const more = people.length > named ? `${names.join(", ")} and ${people.length - named} more` : names.join(", ");
  return `${roleWords[verb]}: ${more}`;
}

const roleWords: Readonly<Record<EnvironmentPolicyVerb, string>> = {
  view: "anybody who may see it",
  logs: "anybody who may read its log",
  deploy: "anybody who may deploy here",
  configure: "anybody who may configure it",
  scale: "anybody who may scale it",
  destroy: "anybody who may destroy it",
  verdict: "any tester of this project",
  promote: "anybody who may promote into it",
};
