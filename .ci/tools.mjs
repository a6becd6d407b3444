// What the checks share that need tools from outside.
import { execFile } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';

/** Runs a program to its end. */
export function run(program, args, options) {
  return new Promise((done, failed) => {
    execFile(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, timeout: 120_000, ...options }, (fault, output, errors) => {
      if (fault) {
        failed(new Error(`${program} ${args.slice(0, 3).join(' ')}: ${fault.code ?? fault.signal}\n${output}${errors}`));
      } else {
        done(output);
      }
    });
  });
}

/**
 * Checks something in a copy of the check's folder, which goes afterwards. The process ends with 1 where the check fails, and with 77 where its tools
 * cannot be installed.
 */
export async function checkInCopy({ here, work, say, tools, install, check, stop }) {
  try {
    cpSync(here, work, { recursive: true });
    if (await installed()) {
      await check();
    } else {
      process.exitCode = 77;
    }
  } catch (fault) {
    process.exitCode = 1;
    say(`FAILED: ${fault.message}`);
  } finally {
    await stop?.();
    rmSync(work, { recursive: true, force: true });
  }

  async function installed() {
    try {
      await install();
      return true;
    } catch (fault) {
      say(`NOT CHECKED: ${tools} cannot be installed here. ${fault.message}`);
      return false;
    }
  }
}
