import { createTransport } from "nodemailer";

/** One mail to one person. Every text may hold what a stranger wrote. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Stays the same when the mail is sent again, so that mail programs can tell it is the same. */
  readonly messageId: string;
}

/** A server that did not take a mail. */
export class MailError extends Error {
  /** The server will never take it. */
  readonly permanent: boolean;

  constructor(message: string, permanent: boolean, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "MailError";
    this.permanent = permanent;
  }
}

export interface Mailer {
  /** Throws MailError. */
  send(mail: Mail): Promise<void>;
  close(): void;
}

const connectMs = 10_000;
const socketMs = 20_000;

/** Mail through one SMTP server of the operator's. `url` is smtp:// or smtps://, with user and password where the server wants them. */
export function createMailer(options: { readonly url: string; readonly from: string }): Mailer {
  const transport = createTransport({
    url: options.url,
    pool: true,
    maxConnections: 2,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: socketMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text, html, messageId }) {
      try {
        await transport.sendMail({
          from: options.from,
          // An object is taken as it stands: no list of further addresses can hide in it.
          to: { name: "", address: oneLine(to) },
          subject: oneLine(subject).slice(0, 200),
          text,
          html,
          messageId: `<${oneLine(messageId)}>`,
          headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
        });
      } catch (error) {
        throw mailErrorOf(error);
      }
    },
    close: () => transport.close(),
  };
}

/** Line ends make headers: none gets through. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters that are not wanted
  return text.replaceAll(/[\u0000-\u001f\u007f\u2028\u2029]+/g, " ").trim();
}

function mailErrorOf(error: unknown): MailError {
  const code = error instanceof Error && "responseCode" in error ? error.responseCode : undefined;
  const permanent = typeof code === "number" && code >= 500 && code < 600 && code !== 535 && code !== 530;
  const reason = error instanceof Error ? oneLine(error.message).slice(0, 300) : "The mail server failed.";
  return new MailError(reason, permanent, { cause: error });
}
