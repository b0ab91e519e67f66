/** A node of an XML document: a name with attributes, and what is inside; what is null is left out. */
export interface XmlNode {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly content: string | readonly (XmlNode | null)[];
}

/** A node with others inside; null where none is left. */
export function node(name: string, ...content: readonly (XmlNode | null)[]): XmlNode | null {
  const left = content.filter((one) => one !== null);
  return left.length === 0 ? null : { name, content: left };
}

/** A node with a text; null where there is none. */
export function leaf(
  name: string,
  text: string | null | undefined,
  attributes: Readonly<Record<string, string>> = {},
): XmlNode | null {
  return text === null || text === undefined || text === '' ? null : { name, attributes, content: text };
}

/** The whole document, one node in a line. */
export function xmlText(root: XmlNode): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(root, '')}\n`;
}

function written({ name, attributes = {}, content }: XmlNode, indent: string): string {
  const said = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const head = `${indent}<${name}${said.join('')}>`;
  if (typeof content === 'string') return `${head}${escaped(content)}</${name}>`;
  const inside = content.flatMap((one) => (one === null ? [] : [written(one, `${indent}  `)]));
  return `${head}\n${inside.join('\n')}\n${indent}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Whatever anybody wrote is text here; characters that XML cannot have are left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
}
