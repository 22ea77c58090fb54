import type { Reason } from "./kinds.ts";
import type { MessageBody } from "./message.ts";
import { reasonWords } from "./words.ts";

/** Subject and both bodies of a mail. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const listedAtMost = 30;

/** One mail about one thing, or about several that happened together. `choicesUrl` is where the reader turns it down. */
export function mailAbout(bodies: readonly MessageBody[], choicesUrl: string): MailText {
  const [first] = bodies;
  const subject =
    bodies.length === 1 && first !== undefined
      ? `${first.project.name}: ${first.headline}`
      : `${bodies.length} things happened in ${namesOf(bodies)}`;
  const listed = bodies.slice(0, listedAtMost);
  const more = bodies.length - listed.length;
  const end = more > 0 ? `And ${more} more: see Berth.` : "";
  return {
    subject,
    text: [...listed.map(textOf), ...(end === "" ? [] : [end]), `Choose what you are told: ${choicesUrl}`].join("\n\n"),
    html: page(
      `${listed.map(htmlOf).join("")}${end === "" ? "" : `<p>${escape(end)}</p>`}`,
      `<a href="${escape(choicesUrl)}" style="color:#666">Choose what you are told</a>`,
    ),
  };
}

/** The mail an admin asks for to see that mail works. */
export function testMail(dashboardUrl: string): MailText {
  const line = "This is a test. Mail from Berth arrives here.";
  return {
    subject: "Berth can send mail",
    text: `${line}\n\n${dashboardUrl}`,
    html: page(`<p>${line}</p>`, `<a href="${escape(dashboardUrl)}" style="color:#666">${escape(dashboardUrl)}</a>`),
  };
}

/** The mail that brings an invitation. `link` is the secret itself: it is written into the mail and kept nowhere. */
export function invitationMail(invitation: { readonly name: string; readonly by: string; readonly link: string }): MailText {
  const lines = [
    `Hello ${invitation.name},`,
    `${invitation.by} invites you to Berth.`,
    "The link works once, within seven days, for you alone:",
  ];
  return {
    subject: "Your invitation to Berth",
    text: `${lines.join("\n\n")}\n\n${invitation.link}`,
    html: page(
      `${lines.map((line) => `<p>${escape(line)}</p>`).join("")}<p><a href="${escape(invitation.link)}">${escape(invitation.link)}</a></p>`,
      "If you did not expect this, leave it alone.",
    ),
  };
}

function namesOf(bodies: readonly MessageBody[]): string {
  const names = [...new Set(bodies.map(({ project }) => project.name))];
  return names.length <= 2 ? names.join(" and ") : `${names.length} projects`;
}

function textOf(body: MessageBody): string {
  return [
    `${body.project.name}: ${body.headline}`,
    ...(body.message === null ? [] : [body.message]),
    body.url,
    `Told because ${why(body)}.`,
  ].join("\n");
}

function htmlOf(body: MessageBody): string {
  const message = body.message === null ? "" : `<br>${escape(body.message)}`;
  return `<p style="margin:0 0 16px"><a href="${escape(body.url)}" style="color:#0b5cad;font-weight:600;text-decoration:none">${escape(
    body.project.name,
  )}: ${escape(body.headline)}</a>${message}<br><span style="color:#666;font-size:13px">Told because ${escape(why(body))}.</span></p>`;
}

function why({ reason }: MessageBody): string {
  return reason !== undefined && isReason(reason) ? reasonWords[reason] : "you follow this project";
}

function isReason(text: string): text is Reason {
  return Object.hasOwn(reasonWords, text);
}

function page(content: string, foot: string): string {
  return `<!doctype html><html><body style="font:15px/1.5 system-ui,sans-serif;color:#1a1a1a;max-width:40em;margin:24px auto;padding:0 16px">${content}<p style="color:#666;font-size:13px;border-top:1px solid #ddd;padding-top:12px">${foot}</p></body></html>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}
