/** A value as JSON has it: what events and policies are made of. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isArray(value);
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The value, or undefined when the text is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    // JSON.parse gives nothing but what Json describes.
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** A member of the object itself; never one inherited, whatever name the input brings. */
export function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The value a path such as `$.detail.eventName` points to. */
export function valueAt(event: Json, path: string): Json | undefined {
  if (path === '$') return event;
  return path
    .replace(/^\$\.?/, '')
    .split('.')
    .reduce<Json | undefined>((value, name) => {
      const [, member = name, index] = /^([^[]*)\[(\d+)\]$/.exec(name) ?? [];
      const found = memberOf(value, member);
      return index === undefined ? found : isArray(found) ? found[Number(index)] : undefined;
    }, event);
}
