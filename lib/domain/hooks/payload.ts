import type { MessageBody } from "../notifications/message.ts";

/** The body of a webhook of Berth's own. `id` is the same for every attempt: whoever has seen it need not act again. */
export function signedPayload(id: string, body: MessageBody): string {
  const { reason: _reason, ...told } = body;
  return JSON.stringify({ id, ...told });
}

/** The body of a Slack-compatible webhook: one line and, below it, what was said. */
export function slackPayload(body: MessageBody): string {
  const head = `*${plain(body.project.name)}*: <${body.url.replaceAll(/[<>|]/g, encodeURIComponent)}|${plain(body.headline)}>`;
  const lines = [head, ...(body.message === null ? [] : [plain(body.message)])];
  return JSON.stringify({ text: lines.join("\n") });
}

/** Slack reads these three as markup: a name must not become a link or a call to everybody. */
function plain(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
