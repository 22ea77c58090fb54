export type HttpErrorKind =
  /** No connection, no answer or no end of it in time. */
  | "timeout"
  | "refused"
  | "reset"
  | "dns"
  | "tls"
  | "too_large"
  | "aborted"
  /** What answered does not speak HTTP. */
  | "protocol"
  /** The URL, address or header is not allowed; nothing was sent. */
  | "forbidden";

/** Why a request has no answer. `kind` is what to decide on; the message names the origin and is fit for a log. */
export class HttpError extends Error {
  readonly kind: HttpErrorKind;

  constructor(kind: HttpErrorKind, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "HttpError";
    this.kind = kind;
  }
}

/** Whether `error` is an HttpError, of one of `kinds` when any are given. */
export function isHttpError(error: unknown, ...kinds: readonly HttpErrorKind[]): error is HttpError {
  return error instanceof HttpError && (kinds.length === 0 || kinds.includes(error.kind));
}

const kindByCode: Readonly<Record<string, HttpErrorKind>> = {
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
  ETIMEDOUT: "timeout",
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "refused",
  ENETUNREACH: "refused",
  EHOSTDOWN: "refused",
  EADDRNOTAVAIL: "refused",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
  UND_ERR_SOCKET: "reset",
  UND_ERR_DESTROYED: "aborted",
  UND_ERR_CLOSED: "aborted",
  UND_ERR_ABORTED: "aborted",
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  ENODATA: "dns",
  UND_ERR_RES_EXCEEDED_MAX_SIZE: "too_large",
  UND_ERR_HEADERS_OVERFLOW: "too_large",
  HPE_HEADER_OVERFLOW: "too_large",
  UND_ERR_INVALID_ARG: "forbidden",
  EPROTO: "tls",
};

/** Whatever a socket, the resolver or undici threw, as an HttpError about `origin`. */
export function toHttpError(error: unknown, origin: string): HttpError {
  if (error instanceof HttpError) return error;
  const kind = kindOf(error);
  return new HttpError(kind, `${origin}: ${sentences[kind]}`, { cause: error });
}

const sentences: Readonly<Record<HttpErrorKind, string>> = {
  timeout: "no answer in time",
  refused: "connection refused",
  reset: "connection lost",
  dns: "no such host",
  tls: "no secure connection",
  too_large: "the answer is too large",
  aborted: "given up",
  protocol: "the answer is not HTTP",
  forbidden: "not allowed",
};

function kindOf(error: unknown): HttpErrorKind {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = innerError(current), depth++) {
    if (current instanceof HttpError) return current.kind;
    if (current.name === "TimeoutError") return "timeout";
    if (current.name === "AbortError") return "aborted";
    const code = "code" in current && typeof current.code === "string" ? current.code : "";
    const kind = kindByCode[code];
    if (kind !== undefined) return kind;
    if (/^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(code)) return "tls";
    if (code.startsWith("HPE_") || current.name === "HTTPParserError") return "protocol";
  }
  return "reset";
}

/** Node tries several addresses of one name and then reports them all. */
function innerError(error: Error): unknown {
  return error instanceof AggregateError ? (error.errors[0] ?? error.cause) : error.cause;
}
