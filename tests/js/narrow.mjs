// Narrows a sturdy reference without its server. The documentation shows this function.

export async function narrow(reference, caveat) { // { methods: ["read"] }, { expires: Date.now() + 60_000 }
  const base64 = reference.slice("cwref_".length).replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const text = new TextEncoder().encode(JSON.stringify(caveat));
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes.slice(-32), hmac, false, ["sign"]);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, text));
  const length = [text.length >> 8, text.length & 255];
  const narrowed = btoa(String.fromCharCode(...bytes.slice(0, -32), ...length, ...text, ...signature));
  return "cwref_" + narrowed.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
