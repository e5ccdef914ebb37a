/** JSON from outside, bounded before it is parsed. */

/** Much more than Slack sends: of its payloads the deepest is 8 deep, the largest form has 870 values in it. */
const DEPTH_MAX = 32;
const VALUES_MAX = 50_000;

export type Payload = Readonly<Record<string, unknown>>;

/** The JSON object that a text is; `null`: it is none, or deeper or fuller than anything that Slack sends. */
export function readPayload(json: string): Payload | null {
  if (!isWithinBounds(json)) return null;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/** Counts what is in it without taking it apart. */
function isWithinBounds(json: string): boolean {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < json.length; at++)
    switch (json.charAt(at)) {
      case '"':
        at = endOfText(json, at);
        break;
      case '{':
      case '[':
        depth += 1;
        values += 1;
        if (depth > DEPTH_MAX) return false;
        break;
      case '}':
      case ']':
        depth -= 1;
        break;
      case ',':
        values += 1;
        if (values > VALUES_MAX) return false;
        break;
    }
  return true;
}

/** Where the text ends that begins there. */
function endOfText(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const one = json.charAt(at);
    if (one === '\\') at += 1;
    else if (one === '"') return at;
  }
  return json.length;
}
