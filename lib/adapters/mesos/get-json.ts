import { BerthError } from "#lib/core/errors.ts";
import { basicAuthorization } from "#lib/platform/outbound-http/basic-auth.ts";
import type { HttpAnswer, HttpClient } from "#lib/platform/outbound-http/client.ts";
import { isHttpError } from "#lib/platform/outbound-http/http-error.ts";

interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Who is shown which credentials. */
export interface MesosAccess {
  /** Marathon's own addresses. `credentials` go there (the embedded scheduler is its own master and agent) and nowhere else. */
  readonly marathonUrls: readonly string[];
  readonly credentials?: Credentials | undefined;
  /** A DC/OS token in place of `credentials`. */
  readonly token?: string | undefined;
  /** For a Mesos with authentication: go to the master, the leader it names and the agents it lists. */
  readonly mesosCredentials?: Credentials | undefined;
}

/** The JSON behind a URL; null = 404. Throws `unavailable`. */
export type GetJson = (url: string, parse: (body: Buffer) => unknown) => Promise<unknown>;

const maxRedirects = 2;

/** Asks masters and agents. A standby master sends to the leader, and is followed. */
export function createGetter(http: HttpClient, access: MesosAccess): GetJson {
  const marathonOrigins = new Set(access.marathonUrls.map((url) => new URL(url).origin));
  const marathonAccess = access.token === undefined ? basicOf(access.credentials) : `token=${access.token}`;
  const mesosAccess = basicOf(access.mesosCredentials);

  async function ask(given: string): Promise<HttpAnswer> {
    let url = new URL(given);
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const authorization = marathonOrigins.has(url.origin) ? marathonAccess : mesosAccess;
      const answer = await http.request({ url, headers: authorization === undefined ? {} : { authorization } });
      if (answer.status !== 307 && answer.status !== 302) return answer;
      const location = answer.headers["location"];
      // Mesos says //host:port/path: the same scheme as here.
      if (location === undefined || !URL.canParse(location, url)) break;
      url = new URL(location, url);
    }
    throw new BerthError("unavailable", { detail: "The Mesos masters send Berth in a circle: there is no leader." });
  }

  return async (url, parse) => {
    try {
      const answer = await ask(url);
      if (answer.status === 404) return null;
      if (answer.status !== 200) throw new BerthError("unavailable", { detail: `The Mesos agent or master answered ${answer.status}.` });
      return parse(answer.body);
    } catch (error) {
      if (isHttpError(error)) throw new BerthError("unavailable", { detail: error.message, cause: error });
      if (error instanceof SyntaxError) throw new BerthError("unavailable", { detail: "The answer is not JSON.", cause: error });
      throw error;
    }
  };
}

function basicOf(credentials: Credentials | undefined): string | undefined {
  return credentials === undefined ? undefined : basicAuthorization(credentials);
}
