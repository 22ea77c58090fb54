import { randomUUID } from "node:crypto";
import { type ServerHttp2Session, type ServerHttp2Stream, performServerHandshake } from "node:http2";

import type { Engine } from "./engine.ts";
import { dialUpgrade } from "./request.ts";

export interface BuildSession {
  readonly id: string;
  close(): void;
}

const healthPath = "/grpc.health.v1.Health/Check";
const credentialsPath = "/moby.filesync.v1.Auth/Credentials";
/** HealthCheckResponse { status: SERVING }. */
const serving = Buffer.from([0x08, 0x01]);
const unimplemented = "12";

/**
 * The side channel on which BuildKit asks its client questions: "are you there" (every second; no answer ends the session) and "which
 * credentials for this registry". Without a session it cannot even pull a public image from a registry that hands out anonymous tokens.
 * Berth answers "none" to every registry: a build sees what anybody may see. Files, secrets and SSH keys are never offered.
 */
export async function openBuildSession(engine: Engine, signal: AbortSignal): Promise<BuildSession> {
  const id = randomUUID();
  const socket = await dialUpgrade(engine, {
    path: "/session",
    headers: {
      Upgrade: "h2c",
      "X-Docker-Expose-Session-Uuid": id,
      "X-Docker-Expose-Session-Name": "berth",
      "X-Docker-Expose-Session-Grpc-Method": [healthPath, credentialsPath],
    },
    signal,
  });
  const session = performServerHandshake(socket);
  session.on("error", () => session.destroy());
  socket.on("error", () => session.destroy());
  session.on("stream", answer);
  // Not at once: Node's HTTP/2 throws where nobody can catch it when a session is destroyed in the very tick it was made.
  const close = (): void => {
    setImmediate(() => {
      session.destroy();
      socket.destroy();
    });
  };
  signal.addEventListener("abort", close, { once: true });
  return {
    id,
    close() {
      signal.removeEventListener("abort", close);
      close();
    },
  };
}

function answer(this: ServerHttp2Session | void, stream: ServerHttp2Stream, headers: { ":path"?: string | undefined }): void {
  stream.on("error", () => stream.destroy());
  stream.resume();
  if (stream.destroyed) return;
  const path = headers[":path"];
  if (path === healthPath) reply(stream, serving);
  else if (path === credentialsPath) reply(stream, Buffer.alloc(0));
  else stream.respond({ ":status": 200, "content-type": "application/grpc", "grpc-status": unimplemented }, { endStream: true });
}

/** One gRPC answer: a five-byte prefix (not compressed, length), the message, the status as a trailer. */
function reply(stream: ServerHttp2Stream, message: Buffer): void {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(Buffer.concat([prefix, message]));
}
