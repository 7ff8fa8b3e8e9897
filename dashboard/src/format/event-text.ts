interface Fielded {
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

/** The fields of a line that its message doesn't hold: `userAgent=curl/8.5 referer=-`. */
export function fieldsText({ fields = {} }: Fielded): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** A stored line as one text, with everything that a finding about it may point at. */
export function lineText(event: Fielded & { readonly message: string }): string {
  const fields = fieldsText(event);
  return fields === '' ? event.message : `${event.message} ${fields}`;
}
