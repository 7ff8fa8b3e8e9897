/** A message with its parameters, which stand in it in this order, as `<*>`. */
export function templateText(message: string, parameters: readonly string[]): string {
  let text = '';
  let at = 0;
  for (const parameter of parameters) {
    const found = parameter === '' ? -1 : message.indexOf(parameter, at);
    if (found < 0) continue;
    text += `${message.slice(at, found)}<*>`;
    at = found + parameter.length;
  }
  return text + message.slice(at);
}
