// What the dashboard's JavaScript knows of the HTTP interface. All of it follows from openapi.d.ts, which openapi-typescript makes of openapi.json.
import type { components, paths } from './openapi';

/** The objects of the document, by name. */
export type Schemas = components['schemas'];

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What an address gives: the JSON of a successful answer, null where it has no content, and never where the document has no such address. */
export type Answer<Address extends string, Verb extends Method = 'GET', Accept extends string = 'application/json'> =
  Operation<Template<WithoutQuery<Address>>, Verb> extends { responses: infer Responses } ? Body<Responses, Accept> : never;

/** An address that the document has with this method; anything else is an error where it is called. */
export type Known<Address extends string, Verb extends Method = 'GET'> = [Operation<Template<WithoutQuery<Address>>, Verb>] extends [never] ? never : Address;

type WithoutQuery<Address extends string> = Address extends `${infer Path}?${string}` ? Path : Address;

/** The document's path for an address: '/api/runs/{run}' for `/api/runs/${string}`. */
type Template<Path extends string> = Path extends unknown ? { [Name in keyof paths & string]: IsOf<Name, Path> extends true ? Name : never }[keyof paths & string] : never;

/** Whether a path has the segments of a name, of which those in braces can be anything. */
type IsOf<Name extends string, Path extends string> =
  Name extends `${infer Segment}/${infer Rest}`
    ? Path extends `${infer Part}/${infer Further}` ? IsSegment<Segment, Part> extends true ? IsOf<Rest, Further> : false : false
    : Path extends `${string}/${string}` ? false : IsSegment<Name, Path>;

type IsSegment<Segment extends string, Part extends string> = Segment extends `{${string}}` ? true : Part extends Segment ? true : false;

type Operation<Name extends keyof paths, Verb extends Method> = Name extends unknown
  ? Lowercase<Verb> extends keyof paths[Name] ? Exclude<paths[Name][Lowercase<Verb>], undefined> : never
  : never;

type Body<Responses, Accept extends string> = {
  [Status in keyof Responses & (200 | 201 | 202 | 204)]: Responses[Status] extends { content: infer Content } ? Accept extends keyof Content ? Content[Accept] : never : null
}[keyof Responses & (200 | 201 | 202 | 204)];
