import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

import type { AnswerHead } from "./answer-head.ts";
import { clientAddress } from "./client-address.ts";
import type { GatewayContext } from "./context.ts";
import { type ForwardedHead, forwardedHead, returnedHeaders } from "./headers.ts";
import type { OpenStream } from "./open-streams.ts";
import { type OwnAnswer, sendOwnAnswer, tooBusy, unreachable } from "./own-answer.ts";
import { discardBody, streamBody } from "./request-body.ts";
import type { Route, Target } from "./route.ts";
import { switchingHead, tunnel } from "./tunnel.ts";
import type { AnswerSink, UpstreamConnection, UpstreamFailure } from "./upstream-connection.ts";
import type { Freshness } from "./upstreams.ts";
import type { Viewer } from "./viewer.ts";

/** What the client asks for beyond a plain answer. */
export interface Intent {
  /** The protocol it wants to switch to. */
  readonly upgrade: string | null;
  /** It waits for `100 Continue` before it sends its body. */
  readonly expectContinue: boolean;
}

/** A request as the client made it, and where its answer goes. */
export interface ClientRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The Host header as it came. */
  readonly host: string;
  readonly intent: Intent;
  readonly viewer: Viewer;
}

/** An app that does not know `Expect` gets the body after this time anyway. */
const continueMs = 1_000;
const repeatable = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/** One client request on its way to a task and back, over as many attempts as are safe. */
export class Exchange implements AnswerSink, OpenStream {
  readonly viewer: Viewer;
  readonly #context: GatewayContext;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #intent: Intent;
  readonly #reconsider: () => void;
  readonly #requestId: string;
  readonly #head: ForwardedHead;
  #route: Route;
  #target: Target | null = null;
  #connection: UpstreamConnection | null = null;
  #freshness: Freshness;
  #tried: Set<string> | null = null;
  #repeated = false;
  #holdUntil = 0;
  #stopWaiting: (() => void) | null = null;
  #stopBody: (() => void) | null = null;
  #continued = false;
  #headPending = false;
  #draining = false;
  #over = false;

  /** `reconsider` looks the host up again and calls `forward`, or answers otherwise. */
  constructor(context: GatewayContext, { request, response, host, intent, viewer }: ClientRequest, route: Route, reconsider: () => void) {
    this.viewer = viewer;
    this.#context = context;
    this.#request = request;
    this.#response = response;
    this.#route = route;
    this.#intent = intent;
    this.#reconsider = reconsider;
    this.#requestId = context.nextRequestId();
    const origin = { address: clientAddress(request.socket), scheme: context.scheme, host, requestId: this.#requestId };
    const { method = "GET", url = "/", rawHeaders } = request;
    const options = { expectContinue: intent.expectContinue, ...(intent.upgrade === null ? {} : { upgrade: intent.upgrade }) };
    this.#head = forwardedHead(context.rules, { method, url, rawHeaders }, origin, options);
    this.#freshness = this.#mayRepeat() ? "any" : "recent";
    context.running += 1;
    context.open.add(this);
    response.sendDate = false;
    response.on("close", () => this.#closed());
  }

  get method(): string {
    return this.#request.method ?? "GET";
  }

  get wantsUpgrade(): boolean {
    return this.#intent.upgrade !== null;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Tries a task of `route` that has not been tried yet; waits for a route change when there is none. */
  forward(route: Route): void {
    this.#route = route;
    const target = this.#choose(route.targets);
    if (target === null) return this.#hold();
    const connection = this.#context.upstreams.take(target, this.#freshness);
    if (connection === null) return this.answer(tooBusy);
    this.#target = target;
    this.#connection = connection;
    connection.send(this.#head.text, this, this.#head.body === "none");
  }

  /** Ends the exchange with an answer of the gateway's own. */
  answer(own: OwnAnswer): void {
    this.#finish();
    if (this.#context.stopping || !this.#request.complete) this.#response.shouldKeepAlive = false;
    sendOwnAnswer(this.#request, this.#response, own);
    if (this.#head.body !== "none") discardBody(this.#request, this.#context.limits.discardMs);
  }

  /** Whoever asked may not see this any more. */
  cut(): void {
    this.#context.log.info(
      { environmentId: this.#route.environmentId, requestId: this.#requestId },
      "an answer is cut: its right has gone",
    );
    this.#closed();
    this.#response.destroy();
    this.#request.destroy();
  }

  opened(): void {
    if (this.#head.body === "none") return;
    if (!this.#intent.expectContinue) return this.#sendBody();
    const timer = setTimeout(() => this.continued(), continueMs);
    this.#stopBody = () => clearTimeout(timer);
  }

  continued(): void {
    if (!this.#intent.expectContinue || this.#continued || this.#over || this.#response.headersSent) return;
    this.#continued = true;
    this.#stopBody?.();
    this.#response.writeContinue();
    this.#sendBody();
  }

  head(head: AnswerHead): void {
    const response = this.#response;
    if (this.#context.stopping || (this.#intent.expectContinue && !this.#request.complete)) response.shouldKeepAlive = false;
    response.writeHead(head.status, head.reason, returnedHeaders(this.#context.rules, head.rawHeaders));
    this.#headPending = true;
  }

  data(piece: Buffer): boolean {
    this.#headPending = false;
    if (this.#response.write(piece)) return true;
    if (!this.#draining) {
      this.#draining = true;
      this.#response.once("drain", () => {
        this.#draining = false;
        this.#connection?.resume();
      });
    }
    return false;
  }

  end(lastPiece: Buffer | null): void {
    this.#connection = null;
    this.#finish();
    if (lastPiece === null) this.#response.end();
    else this.#response.end(lastPiece);
    if (this.#head.body !== "none") discardBody(this.#request, this.#context.limits.discardMs);
  }

  flush(): void {
    if (!this.#headPending) return;
    this.#headPending = false;
    this.#response.flushHeaders();
  }

  upgraded(head: AnswerHead, app: Socket, rest: Buffer): void {
    this.#connection = null;
    this.#closed();
    const client = this.#request.socket;
    this.#response.detachSocket(client);
    const headers = returnedHeaders(this.#context.rules, head.rawHeaders);
    tunnel({ client, app, viewer: this.viewer }, switchingHead(head.reason, this.#intent.upgrade ?? "", headers), rest, this.#context);
  }

  failed(failure: UpstreamFailure): void {
    this.#connection = null;
    this.#stopBody?.();
    if (this.#over) return;
    if (this.#response.headersSent) return void this.#response.destroy();
    if (failure.reason === "unreachable") return this.#nextTarget();
    // Lost without a word: an idle connection the app closed just then (asked again on a new one, once), or a task that has
    // ended or does not listen yet, whose port is still open in its place: that one is as good as unreachable.
    if (failure.reason === "lost" && failure.silent && this.#mayRepeat()) {
      this.#freshness = "new";
      if (!failure.reused) return this.#nextTarget();
      if (!this.#repeated) {
        this.#repeated = true;
        return this.#reconsider();
      }
    }
    this.#giveUp(failure.reason);
  }

  #nextTarget(): void {
    if (this.#target !== null) {
      this.#context.upstreams.shun(this.#target);
      this.#tried ??= new Set();
      this.#tried.add(this.#target.key);
    }
    this.#reconsider();
  }

  #choose(targets: readonly Target[]): Target | null {
    const { turn } = this.#route;
    let shunned: Target | null = null;
    for (let step = 0; step < targets.length; step += 1) {
      const target = targets[(turn.next + step) % targets.length];
      if (target === undefined || this.#tried?.has(target.key) === true) continue;
      if (!this.#context.upstreams.shunned(target)) {
        turn.next = (turn.next + step + 1) % targets.length;
        return target;
      }
      shunned ??= target;
    }
    return shunned;
  }

  /** Waits for a change of the route: the moment between an old task's end and the new route is not the client's business. */
  #hold(): void {
    const { limits, table } = this.#context;
    const now = Date.now();
    if (this.#holdUntil === 0) this.#holdUntil = now + limits.holdMs;
    if (now >= this.#holdUntil || this.#context.held >= limits.held) return this.#giveUp("unreachable");
    this.#context.held += 1;
    const wake = (): void => {
      this.#stopWaiting?.();
      this.#tried = null;
      this.#reconsider();
    };
    const timer = setTimeout(wake, this.#holdUntil - now);
    const unwatch = table.watch(this.#route.environmentId, wake);
    this.#stopWaiting = () => {
      this.#stopWaiting = null;
      this.#context.held -= 1;
      clearTimeout(timer);
      unwatch();
    };
  }

  #giveUp(reason: UpstreamFailure["reason"]): void {
    const { environmentId } = this.#route;
    this.#context.log.warn({ environmentId, taskId: this.#target?.taskId, reason, requestId: this.#requestId }, "no answer from the app");
    this.answer(unreachable(this.#route, this.#context.dashboardUrl, reason, this.#requestId));
  }

  #sendBody(): void {
    if (this.#connection !== null) this.#stopBody = streamBody(this.#request, this.#connection, this.#head.body === "chunked");
  }

  #mayRepeat(): boolean {
    return this.#head.body === "none" && repeatable.has(this.method);
  }

  /** Nothing more will be sent to a task. */
  #finish(): void {
    this.#stopBody?.();
    this.#stopBody = null;
    this.#stopWaiting?.();
  }

  /** The client has its answer, or has gone. */
  #closed(): void {
    if (this.#over) return;
    this.#over = true;
    this.#context.running -= 1;
    this.#context.open.delete(this);
    this.#finish();
    this.#connection?.destroy();
    this.#connection = null;
  }
}
