import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs one of a release's own programs, such as `migrate`, to its end; throws with what it said when it fails. */
export async function runProgram(
  { compiledFolder, program, args = [] }: Program,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const path = join(compiledFolder, 'src', 'main', `${program}.js`);
  try {
    const { stdout } = await run(process.execPath, [path, ...args], {
      env: { ...process.env, ...env },
    });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const said = `${stdout}${stderr}`.slice(-4_000);
    throw new Error(`${program} of ${compiledFolder} failed: ${said}`, { cause: error });
  }
}

interface Program {
  readonly compiledFolder: string;
  readonly program: string;
  readonly args?: readonly string[];
}
