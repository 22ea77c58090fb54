/** Words that stand in documentation where a secret should be. */
const samples = /change.?me|example|sample|placeholder|replace|your.?secret|supersecret|nextauth|development|password|insert/i;
const minLength = 32;
const minDifferent = 10;

/** Why a text is no secret to sign with, as the end of "The setting X is not usable: …", or null. Never holds the text itself. */
export function secretWeakness(secret: string): string | null {
  if (secret.length < minLength) return `it must have at least ${minLength} random characters, such as openssl rand -base64 32 prints`;
  if (new Set(secret).size < minDifferent || samples.test(secret) || isPattern(secret))
    return "it is a sample or can be guessed; use random characters, such as openssl rand -base64 32 prints";
  return null;
}

/** The same piece again and again, or the row of the letters or digits. */
function isPattern(secret: string): boolean {
  return /^(.+)\1+$/.test(secret) || /(.{4,16})\1{2}/.test(secret) || /12345678|abcdefgh|qwertyui/i.test(secret);
}
