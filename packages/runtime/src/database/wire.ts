import type { Parameter } from './parameters.js';

const CODE = { parse: 0x50, bind: 0x42, describe: 0x44, execute: 0x45, close: 0x43, sync: 0x53 } as const;
const TEXT = 0;
const BYTES = 1;
const NULL_LENGTH = -1;
const STATEMENT = 0x53;
const PORTAL = 0x50;
const START_BYTES = 16 * 1024;
/** More than this is not kept between writes. */
const KEPT_BYTES_MAX = 1024 * 1024;
/** Below this a text's bytes are bounded by its length, above they are counted. */
const BOUNDED_CHARS = 1_024;
const UTF8_BYTES_MAX = 3;

/**
 * Messages of Postgres' extended protocol, put together for one write. Nothing is sent before `taken` is, so one writer
 * serves every connection.
 */
export class WireWriter {
  #bytes = Buffer.allocUnsafeSlow(START_BYTES);
  #at = 0;

  /** A statement under a name, or under none. */
  parse(name: string, text: string): void {
    const start = this.#open(CODE.parse);
    this.#cString(name);
    this.#cString(text);
    this.#int16(0);
    this.#end(start);
  }

  /** Its parameters; rows come as text. */
  bind(name: string, values: readonly Parameter[]): void {
    const start = this.#open(CODE.bind);
    this.#cString('');
    this.#cString(name);
    this.#int16(values.length);
    for (const value of values) this.#int16(value === null || typeof value === 'string' ? TEXT : BYTES);
    this.#int16(values.length);
    for (const value of values) this.#value(value);
    this.#int16(0);
    this.#end(start);
  }

  /** Asks for the columns of what was bound. */
  describe(): void {
    const start = this.#open(CODE.describe);
    this.#byte(PORTAL);
    this.#cString('');
    this.#end(start);
  }

  /** Asks for all rows of what was bound. */
  execute(): void {
    const start = this.#open(CODE.execute);
    this.#cString('');
    this.#int32(0);
    this.#end(start);
  }

  /** Forgets the statement of this name, which need not exist. */
  close(name: string): void {
    const start = this.#open(CODE.close);
    this.#byte(STATEMENT);
    this.#cString(name);
    this.#end(start);
  }

  /** Ends what is answered together: after an error everything up to here is skipped. */
  sync(): void {
    this.#end(this.#open(CODE.sync));
  }

  /** What was put together since the last call. */
  taken(): Buffer {
    const bytes = Buffer.from(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
    if (this.#bytes.length > KEPT_BYTES_MAX) this.#bytes = Buffer.allocUnsafeSlow(START_BYTES);
    return bytes;
  }

  #open(code: number): number {
    this.#room(5);
    this.#bytes[this.#at] = code;
    this.#at += 5;
    return this.#at - 4;
  }

  /** The length of a message counts itself, not the code before it. */
  #end(start: number): void {
    this.#bytes.writeInt32BE(this.#at - start, start);
  }

  #value(value: Parameter): void {
    if (value === null) return this.#int32(NULL_LENGTH);
    const start = this.#at;
    this.#int32(0);
    if (typeof value === 'string') this.#text(value);
    else this.#raw(value);
    this.#bytes.writeInt32BE(this.#at - start - 4, start);
  }

  #cString(text: string): void {
    this.#text(text);
    this.#byte(0);
  }

  #text(text: string): void {
    const { length } = text;
    this.#room(length < BOUNDED_CHARS ? length * UTF8_BYTES_MAX : Buffer.byteLength(text));
    this.#at += this.#bytes.write(text, this.#at);
  }

  #raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #byte(value: number): void {
    this.#room(1);
    this.#at = this.#bytes.writeUInt8(value, this.#at);
  }

  #int16(value: number): void {
    this.#room(2);
    this.#at = this.#bytes.writeUInt16BE(value, this.#at);
  }

  #int32(value: number): void {
    this.#room(4);
    this.#at = this.#bytes.writeInt32BE(value, this.#at);
  }

  #room(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
