/** A key as it may be shown: which kind it is (`lx_test_`), nothing of the rest. */
export function maskKey(key: string): string {
  return `${/^[a-z]{1,8}_[a-z]{1,8}_/.exec(key)?.[0] ?? ''}…`;
}

/** Settings whose value is never shown. A public key is none. */
export function isSecretName(name: string): boolean {
  return /SECRET|PASSWORD|PRIVATE|TOKEN|KEY/.test(name) && !/PUBLIC/.test(name);
}

/** An address without the user and password that may stand in it. */
export function withoutCredentials(value: string): string {
  return value.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1…@');
}

/** A text without the name of the person in whose home the paths in it lie. */
export function withoutHome(text: string, home: string): string {
  return home.length > 1 ? text.replaceAll(home, '~') : text;
}
