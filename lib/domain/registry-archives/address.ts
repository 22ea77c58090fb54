/** Agents tell an archive by the end of its address, so what is secret stands before it. */
export function archivePath(releaseId: string, address: string): string {
  return `/fetch/${releaseId}/${address}/docker.tar.gz`;
}

const pattern = /\/fetch\/([0-9a-f-]{36})\/[\w-]{43}\/docker\.tar\.gz$/;

/** An address as it may be shown: without the part that opens it. */
export function maskedArchiveUri(uri: string): string {
  return uri.replace(pattern, "/fetch/$1/masked/docker.tar.gz");
}
