import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { localSecrets } from './secrets.js';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('of several first starts at the same time all get the same secrets, and later ones too', async () => {
  const module = new URL('../dist/secrets.js', import.meta.url).href;
  const script = `import(${JSON.stringify(module)}).then((m) => console.log(JSON.stringify(m.localSecrets(${JSON.stringify(folder)}))))`;
  const starts = await Promise.all(
    Array.from({ length: 6 }, () => promisify(execFile)(process.execPath, ['-e', script])),
  );
  const seen = new Set(starts.map(({ stdout }) => stdout.trim()));
  expect([...seen]).toEqual([JSON.stringify(localSecrets(folder))]);
  expect(readdirSync(folder)).toEqual(['secrets.json']);
});
