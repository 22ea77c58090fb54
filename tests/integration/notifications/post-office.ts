import { type AddressInfo } from "node:net";

import { SMTPServer } from "smtp-server";

export interface PostOffice {
  readonly url: string;
  /** Every mail as it came, and for whom. */
  readonly mails: ReadonlyArray<{ readonly to: readonly string[]; readonly source: string }>;
  /** What it answers instead of taking mails; null: takes them. */
  refuse(code: number | null): void;
  close(): Promise<void>;
}

/** A real SMTP server that keeps what it is given. */
export async function openPostOffice(): Promise<PostOffice> {
  const mails: Array<{ to: string[]; source: string }> = [];
  let refusal: number | null = null;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (refusal !== null) return done(Object.assign(new Error("Not now"), { responseCode: refusal }));
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), source: Buffer.concat(chunks).toString("utf8") });
        return done();
      });
    },
  });
  server.on("error", () => undefined);
  const port = await new Promise<number>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(portOf(server.server.address())));
  });
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refuse: (code) => {
      refusal = code;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("No port");
  return address.port;
}
